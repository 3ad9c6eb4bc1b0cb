// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#include "kernels/convolution.hpp"

#include "kernels/cuda/cuda_device.hpp"
#include "kernels/cuda/divider.hpp"
#include "tests/kernels/cuda/twins.hpp"

namespace fedmrn::test {
namespace {

using kernels::ConvolutionShape;

enum class Pass { forward, data, weights };

/// One pass; weights' lanes stand at a stride of odd size, rows past the samples keep a 7.
std::vector<float> convolved(Device& device, const ConvolutionShape& s, Pass pass) {
    const std::size_t images = s.lanes * s.batch * s.height * s.width * s.in;
    const std::size_t outputs = s.lanes * s.batch * s.out_height() * s.out_width() * s.out;
    const std::size_t stride = s.weights() + 3;
    const std::vector<float> sevens(std::max(images, outputs), 7.0f);
    Buffer<LaneState> states(device, mixed_lanes(s.lanes, static_cast<std::uint32_t>(s.batch)));
    Buffer<float> w(device, random_floats(s.lanes * stride, 1));
    const auto buffer = [&](std::vector<float> values, std::size_t size) {
        values.resize(size);
        return Buffer<std::byte>(device, encoded(values, s.real));
    };
    if (pass == Pass::forward) {
        auto x = buffer(random_floats(images, 2), images), y = buffer(sevens, outputs);
        kernels::convolution_forward(device, s, states.data(), x.data(), {w.data(), stride},
                                     y.data());
        return decoded(y.read(), s.real);
    }
    auto dy = buffer(random_floats(outputs, 3), outputs);
    if (pass == Pass::data) {
        auto dx = buffer(sevens, images);
        kernels::convolution_backward_data(device, s, states.data(), dy.data(), {w.data(), stride},
                                           dx.data());
        return decoded(dx.read(), s.real);
    }
    auto x = buffer(random_floats(images, 2), images);
    kernels::convolution_backward_weights(device, s, states.data(), x.data(), dy.data(),
                                          {w.data(), stride});
    return w.read();
}

std::string name_of(const ConvolutionShape& s, Pass pass) {
    return "pass " + std::to_string(static_cast<int>(pass)) + ", " + std::to_string(s.height) +
           "x" + std::to_string(s.width) + "x" + std::to_string(s.in) + " -> " +
           std::to_string(s.out) + ", kernel " + std::to_string(s.kernel) + " padding " +
           std::to_string(s.padding) + " real " + std::to_string(static_cast<int>(s.real));
}

std::vector<ConvolutionShape> shapes() {
    return {
        {3, 3, 5, 6, 1, 4, 3, 1, {}},
        {3, 3, 6, 5, 3, 5, 3, 1, {}},
        {3, 2, 7, 7, 5, 33, 3, 0, {}},
        {3, 4, 1, 1, 40, 12, 1, 0, {}},
        {3, 2, 4, 4, 8, 36, 5, 2, {}},
        {3, 5, 9, 9, 4, 8, 1, 1, {}},
        {3, 2, 8, 8, 32, 64, 3, 1, {}},
        {4, 8, 14, 14, 4, 8, 3, 1, {}},
        {3, 2, 5, 5, 16, 130, 3, 2, {}},
        {1, 1, 3, 3, 2, 2, 3, 0, {}},
        {3, 9, 11, 10, 3, 40, 5, 2, {}},
        {3, 40, 9, 7, 1, 32, 3, 0, {}},
        // several chunks of channels, whole ones and not, both ways
        {3, 5, 7, 6, 72, 64, 3, 1, {}},
        {2, 3, 9, 5, 100, 48, 3, 0, {}},
        {2, 2, 6, 11, 64, 136, 5, 0, {}},
        {2, 7, 3, 3, 40, 72, 1, 0, {}},
        {2, 2, 4, 3, 8, 16, 3, 2, {}},
        {2, 1, 3, 4, 16, 8, 8, 3, {}},
        // pixels that make several chunks of a size of their own
        {1, 36, 8, 8, 16, 130, 3, 1, {}},
        // rows too long for their fields, and a kernel too large
        {2, 1, 2, 300, 64, 32, 3, 1, {}},
        {2, 1, 12, 12, 4, 4, 9, 4, {}},

        {3, 70, 5, 5, 3, 36, 3, 1, {}},
        {3, 1, 18, 70, 3, 3, 5, 2, {}},
        {3, 1, 15, 100, 3, 6, 3, 1, {}},
        {3, 3, 12, 12, 1, 6, 3, 1, {}},
        {3, 3, 12, 12, 1, 8, 5, 0, {}},
    };
}

TEST(CudaConvolution, every_pass_is_close_to_the_cpus) {
    for (ConvolutionShape shape : shapes()) {
        for (const Pass pass : {Pass::forward, Pass::data, Pass::weights}) {
            expect_close([&](Device& device) { return convolved(device, shape, pass); }, 2e-6,
                         name_of(shape, pass));
        }
    }
}

TEST(CudaConvolution, bf16_is_close_to_the_cpus) {
    for (ConvolutionShape shape : shapes()) {
        shape.real = Real::bf16;
        for (const Pass pass : {Pass::forward, Pass::data, Pass::weights}) {
            expect_close([&](Device& device) { return convolved(device, shape, pass); },
                         pass == Pass::weights ? 1e-5 : 6e-3, name_of(shape, pass));
        }
    }
}

TEST(CudaConvolution, tf32_is_close_to_the_cpus) {
    for (const ConvolutionShape& shape : shapes()) {
        for (const Pass pass : {Pass::forward, Pass::data, Pass::weights}) {
            expect_close(
                [&](Device& device) {
                    if (device.kind() == DeviceKind::cuda) {
                        kernels::cuda::cuda_device(device).tensor_floats = true;
                    }
                    return convolved(device, shape, pass);
                },
                2e-3, name_of(shape, pass));
        }
    }
}

TEST(CudaConvolution, lanes_do_not_change_a_bit) {
    const auto device = open_device(DeviceKind::cuda);
    for (ConvolutionShape shape : shapes()) {
        for (const Pass pass : {Pass::forward, Pass::data, Pass::weights}) {
            ConvolutionShape alone = shape;
            alone.lanes = 1; // its state is that of lane 0 among many
            const auto many = convolved(*device, shape, pass),
                       one = convolved(*device, alone, pass);
            const std::size_t used = pass == Pass::weights ? shape.weights() : one.size();
            EXPECT_TRUE(std::equal(one.begin(), one.begin() + used, many.begin()))
                << name_of(shape, pass);
        }
    }
}

TEST(CudaConvolution, the_tile_does_not_change_a_bit) {
    const auto device = open_device(DeviceKind::cuda);
    auto& cuda = kernels::cuda::cuda_device(*device);
    cuda.tensor_floats = true;
    for (const Real real : {Real::f32, Real::bf16}) {
        ConvolutionShape alone{1, 2, 9, 9, 8, 40, 3, 1, real}; // two tiles of 128 rows
        ConvolutionShape many = alone;
        many.lanes = cuda.multiprocessors(); // enough for large tiles
        for (const Pass pass : {Pass::forward, Pass::data}) {
            const auto one = convolved(*device, alone, pass), all = convolved(*device, many, pass);
            EXPECT_TRUE(std::equal(one.begin(), one.end(), all.begin())) << name_of(alone, pass);
        }
    }
}

TEST(CudaDivider, divides_like_the_operator) {
    std::mt19937 random(1);
    const auto word = [&] { return static_cast<std::uint32_t>(random()); };
    for (std::uint32_t i = 0; i < 200000; ++i) {
        const std::uint32_t divisor = i < 2000 ? i + 1 : (word() >> (word() % 31) >> 1) + 1;
        const kernels::cuda::Divider divider(divisor);
        const std::uint32_t multiple = 0x7fffffffu / divisor * divisor;
        for (const std::uint32_t n :
             {0x7fffffffu, multiple, multiple - (multiple != 0), word() >> 1}) {
            ASSERT_EQ(divider.divide(n), n / divisor) << n << '/' << divisor;
            ASSERT_EQ(divider.remainder(n), n % divisor) << n << '/' << divisor;
        }
    }
}

} // namespace
} // namespace fedmrn::test
