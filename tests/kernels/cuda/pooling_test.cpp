// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#include "kernels/pooling.hpp"

#include "tests/kernels/cuda/twins.hpp"

namespace fedmrn::test {
namespace {

using kernels::Pool;
using kernels::PoolingShape;

/// Both ways of one layer; rows past the samples keep what was there.
struct Layer {
    Layer(Device& d, const PoolingShape& s, bool with_bias)
        : device(d), shape(s), biased(with_bias),
          states(d, mixed_lanes(s.lanes, static_cast<std::uint32_t>(s.batch))),
          bias(d, random_floats(s.lanes * (s.channels + 3), 1, 0.5f)),
          dbias(d, random_floats(s.lanes * (s.channels + 3), 6)), x(images(inputs(s), 2)),
          y(images(outputs(s), 3)), dy(images(outputs(s), 4)), dx(images(inputs(s), 5)),
          chosen(d, outputs(s)) {}

    static std::size_t inputs(const PoolingShape& s) {
        return s.lanes * s.batch * s.height * s.width * s.channels;
    }
    static std::size_t outputs(const PoolingShape& s) {
        return s.lanes * s.batch * s.out_height() * s.out_width() * s.channels;
    }
    /// Few different values, so that windows hold equals.
    Buffer<std::byte> images(std::size_t size, std::uint32_t seed) const {
        auto values = random_floats(size, seed, 4.0f);
        for (float& value : values) {
            value = std::round(value) * 0.37f;
        }
        return {device, encoded(values, shape.real)};
    }
    /// All that it writes, as bytes.
    std::string run() {
        const std::size_t stride = shape.channels + 3;
        const PerLane<const float> b{biased ? bias.data() : nullptr, stride};
        DevicePointer<std::uint8_t> which = shape.window > 1 ? chosen.data() : nullptr;
        kernels::pooling_forward(device, shape, states.data(), x.data(), b, y.data(), which);
        kernels::pooling_backward(device, shape, states.data(), x.data(), b, y.data(), which,
                                  dy.data(), dx.data(), {biased ? dbias.data() : nullptr, stride});
        add(y);
        add(chosen);
        add(dx);
        add(dbias);
        return written;
    }
    template <class T> void add(const Buffer<T>& buffer) {
        const std::string bytes = bytes_of(buffer.read());
        written += bytes;
        first_lane += bytes.substr(0, bytes.size() / shape.lanes);
    }

    Device& device;
    PoolingShape shape;
    bool biased;
    Buffer<LaneState> states;
    Buffer<float> bias, dbias;
    Buffer<std::byte> x, y, dy, dx;
    Buffer<std::uint8_t> chosen;
    std::string written, first_lane; ///< of all lanes, of the first
};

std::vector<PoolingShape> shapes() {
    std::vector<PoolingShape> all;
    for (const Real real : {Real::f32, Real::bf16}) {
        for (const Pool pool : {Pool::max, Pool::average}) {
            for (const bool relu : {true, false}) {
                for (const auto& [window, stride] :
                     {std::pair<std::size_t, std::size_t>{1, 1}, {2, 2}, {3, 2}, {2, 3}}) {
                    for (const auto& [side, channels] :
                         {std::pair<std::size_t, std::size_t>{5, 1}, {7, 6}, {6, 36}, {14, 8}}) {
                        all.push_back(
                            {4, 7, side, side + 1, channels, pool, window, stride, relu, real});
                    }
                }
            }
        }
    }
    return all;
}

std::string name_of(const PoolingShape& s) {
    return std::to_string(s.height) + "x" + std::to_string(s.width) + "x" +
           std::to_string(s.channels) + (s.pool == Pool::max ? " max " : " average ") +
           std::to_string(s.window) + " every " + std::to_string(s.stride) + " relu " +
           std::to_string(s.relu) + " real " + std::to_string(static_cast<int>(s.real));
}

TEST(CudaPooling, both_ways_equal_the_cpus) {
    for (const PoolingShape& shape : shapes()) {
        for (const bool bias : {true, false}) {
            expect_same_bits([&](Device& device) { return Layer(device, shape, bias).run(); },
                             name_of(shape));
        }
    }
}

TEST(CudaPooling, lanes_do_not_change_a_bit) {
    const auto device = open_device(DeviceKind::cuda);
    for (PoolingShape shape : shapes()) {
        const auto run = [&](std::size_t lanes) {
            shape.lanes = lanes;
            Layer layer(*device, shape, true);
            layer.run();
            return layer.first_lane;
        };
        EXPECT_TRUE(run(1) == run(4)) << name_of(shape);
    }
}

} // namespace
} // namespace fedmrn::test
