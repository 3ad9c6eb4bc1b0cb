// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#include "kernels/batchnorm.hpp"

#include "kernels/cuda/cuda_device.hpp"
#include "tests/kernels/cuda/twins.hpp"

namespace fedmrn::test {
namespace {

using kernels::BatchnormShape;

/// All that one layer reads and writes; rows past the samples keep what was there.
struct Layer {
    Layer(Device& d, const BatchnormShape& s)
        : device(d), shape(s), stride(6 * s.channels + 1),
          states(d, mixed_lanes(s.lanes, static_cast<std::uint32_t>(s.batch))),
          parameters(d, positive(s.lanes * stride)), x(images(s, 2, true)), y(images(s, 3, false)),
          dy(images(s, 4, false)), dx(images(s, 5, true)), chosen(d, s.pool > 1 ? outputs(s) : 0) {}

    static std::vector<float> positive(std::size_t size) {
        auto values = random_floats(size, 1, 0.5f);
        for (float& value : values) {
            value += 1.0f;
        }
        return values;
    }
    static std::size_t outputs(const BatchnormShape& s) {
        return s.lanes * s.batch * s.out_height() * s.out_width() * s.channels;
    }
    Buffer<std::byte> images(const BatchnormShape& s, std::uint32_t seed, bool in) const {
        auto values = random_floats(
            in ? s.lanes * s.batch * s.height * s.width * s.channels : outputs(s), seed);
        for (float& value : values) {
            value += 3.0f; // a mean away from zero
        }
        return {device, encoded(values, s.real)};
    }
    [[nodiscard]] PerLane<float> parameter(std::size_t i) {
        return {parameters.data() + i * shape.channels, stride};
    }
    void forward() {
        kernels::batchnorm_forward(device, shape, states.data(), x.data(),
                                   {parameter(0), parameter(1)}, parameter(2), parameter(3),
                                   parameter(4), parameter(5), y.data(), chosen.data_or_null());
    }
    void inference() {
        kernels::batchnorm_inference(device, shape, states.data(), x.data(),
                                     {parameter(0), parameter(1)}, parameter(2), parameter(3),
                                     y.data());
    }
    void backward() {
        kernels::batchnorm_backward(device, shape, states.data(), x.data(), y.data(),
                                    chosen.data_or_null(), dy.data(), {parameter(0), parameter(1)},
                                    parameter(4), parameter(5), dx.data(), parameter(2),
                                    parameter(3));
    }
    struct Chosen : Buffer<std::uint8_t> {
        using Buffer::Buffer;
        DevicePointer<std::uint8_t> data_or_null() { return size() == 0 ? nullptr : data(); }
    };

    Device& device;
    BatchnormShape shape;
    std::size_t stride;
    Buffer<LaneState> states;
    Buffer<float> parameters;
    Buffer<std::byte> x, y, dy, dx;
    Chosen chosen;
};

std::vector<BatchnormShape> shapes() {
    std::vector<BatchnormShape> all;
    for (const bool relu : {true, false}) {
        for (const std::size_t pool : {1, 2, 3}) {
            for (const auto& [side, channels] :
                 {std::pair<std::size_t, std::size_t>{5, 1}, {7, 5}, {6, 36}, {14, 8}}) {
                all.push_back({4, 7, side, side + 1, channels, relu, pool, {}});
            }
            all.push_back({4, 7, 5, 3, 12, relu, pool, {}}); // odd both ways
        }
    }
    return all;
}

std::string name_of(const BatchnormShape& s) {
    return std::to_string(s.height) + "x" + std::to_string(s.width) + "x" +
           std::to_string(s.channels) + " relu " + std::to_string(s.relu) + " pool " +
           std::to_string(s.pool) + " real " + std::to_string(static_cast<int>(s.real));
}

template <class Body> void for_shapes(const Body& body) {
    for (BatchnormShape shape : shapes()) {
        body(shape, 5e-6);
        shape.real = Real::bf16;
        body(shape, 8e-3);
    }
}

TEST(CudaBatchnorm, outputs_are_close_to_the_cpus) {
    for_shapes([](const BatchnormShape& shape, double tolerance) {
        for (const bool training : {true, false}) {
            expect_close(
                [&](Device& device) {
                    Layer layer(device, shape);
                    training ? layer.forward() : layer.inference();
                    return decoded(layer.y.read(), shape.real);
                },
                tolerance, name_of(shape) + (training ? " training" : " inference"));
        }
    });
}

TEST(CudaBatchnorm, statistics_are_close_to_the_cpus) {
    for_shapes([](const BatchnormShape& shape, double) {
        expect_close(
            [&](Device& device) {
                Layer layer(device, shape);
                layer.forward();
                return layer.parameters.read();
            },
            2e-6, name_of(shape));
    });
}

TEST(CudaBatchnorm, chosen_pixels_equal_the_cpus) {
    for_shapes([](const BatchnormShape& shape, double) {
        expect_same_bits(
            [&](Device& device) {
                Layer layer(device, shape);
                layer.forward();
                return layer.chosen.read();
            },
            name_of(shape));
    });
}

TEST(CudaBatchnorm, gradients_are_close_to_the_cpus) {
    for_shapes([](const BatchnormShape& shape, double tolerance) {
        for (const bool images : {true, false}) {
            expect_close(
                [&](Device& device) {
                    Layer layer(device, shape);
                    layer.forward();
                    layer.backward();
                    return images ? decoded(layer.dx.read(), shape.real) : layer.parameters.read();
                },
                images ? tolerance : 5e-6, name_of(shape) + (images ? " dx" : " parameters"));
        }
    });
}

/// γ and β with which y tells x̂, and such that it does not: a β that x drowns in, and a γ of 0
/// or such that 1/γ or γ² is no float. Of four neighbours that are read together none, one or more
/// are such.
TEST(CudaBatchnorm, gradients_are_close_to_the_cpus_whatever_the_parameters) {
    constexpr float gammas[] = {1.5f,  -0.7f, 1e-3f,  40.0f, 0.9f, -1.0f,  1.0f,  2.0f,
                                -3.0f, 0.5f,  2e-39f, 1.0f,  0.0f, -0.01f, 1e20f, -8.0f};
    constexpr float betas[] = {0.2f,  1.1f, 3e-3f,  -100.0f, 0.1f, 1e5f,  4.0f, 7.0f,
                               -5.0f, 1.9f, 6e-39f, 4.0f,    0.5f, 0.03f, 1.0f, 0.0f};
    const auto run = [&](BatchnormShape shape, bool tensor_floats, double tolerance) {
        expect_close(
            [&](Device& device) {
                if (device.kind() == DeviceKind::cuda) {
                    kernels::cuda::cuda_device(device).tensor_floats = tensor_floats;
                }
                Layer layer(device, shape);
                auto parameters = layer.parameters.read();
                for (std::size_t lane = 0; lane < shape.lanes; ++lane) {
                    for (std::size_t c = 0; c < shape.channels; ++c) {
                        float* const own = parameters.data() + lane * layer.stride + c;
                        own[0] = gammas[(c + 4 * lane) % std::size(gammas)];
                        own[shape.channels] = betas[(c + 4 * lane) % std::size(betas)];
                    }
                }
                layer.parameters = Buffer<float>(device, parameters);
                layer.forward();
                layer.backward();
                std::vector<float> sums; // dγ and dβ
                parameters = layer.parameters.read();
                for (std::size_t lane = 0; lane < shape.lanes; ++lane) {
                    const float* own = parameters.data() + lane * layer.stride;
                    sums.insert(sums.end(), own + 2 * shape.channels, own + 4 * shape.channels);
                }
                return sums;
            },
            tolerance, name_of(shape) + (tensor_floats ? " tf32" : ""));
    };
    for_shapes([&](const BatchnormShape& shape, double) {
        run(shape, false, 5e-6);
        if (shape.real == Real::f32) {
            run(shape, true, 0x1p-10); // twice the rounding of a y of 11 bits
        }
    });
}

TEST(CudaBatchnorm, lanes_do_not_change_a_bit) {
    const auto device = open_device(DeviceKind::cuda);
    for_shapes([&](BatchnormShape shape, double) {
        const auto run = [&](std::size_t lanes) {
            shape.lanes = lanes;
            Layer layer(*device, shape);
            layer.forward();
            layer.backward();
            return bytes_of(layer.dx.read()).substr(0, layer.dx.size() / lanes) +
                   bytes_of(layer.parameters.read()).substr(0, 6 * shape.channels * sizeof(float));
        };
        EXPECT_TRUE(run(1) == run(4)) << name_of(shape);
    });
}

} // namespace
} // namespace fedmrn::test
