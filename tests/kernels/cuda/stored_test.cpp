// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
// Where products are in tf32, images hold what the tensor cores read of them, whoever writes them.

#include <algorithm>
#include <bit>
#include <functional>
#include <limits>

#include "kernels/batchnorm.hpp"
#include "kernels/convolution.hpp"
#include "kernels/cuda/cuda_device.hpp"
#include "kernels/linear.hpp"
#include "tests/kernels/cuda/twins.hpp"

namespace fedmrn::test {
namespace {

constexpr std::size_t lanes = 3, batch = 5, side = 6, size = lanes * batch * side * side * 36;

/// Memory for images and for whatever else a layer reads, all of it random.
struct Memory {
    explicit Memory(Device& device)
        : states(device, std::vector<LaneState>(lanes, LaneState{.samples = batch})),
          in(device, random_floats(size, 1)), out(device, random_floats(size, 2)),
          weights(device, random_floats(lanes * 10000 + 5000, 3)), chosen(device, size) {}
    [[nodiscard]] PerLane<float> parameter(std::size_t i) {
        return {weights.data() + 1000 * i, 10000};
    }
    Buffer<LaneState> states;
    Buffer<float> in, out, weights;
    Buffer<std::uint8_t> chosen;
};

struct Writer {
    const char* name;
    std::size_t written; ///< floats, from out's first on
    std::function<void(Device&, Memory&)> write;
};

std::vector<Writer> writers() {
    using kernels::BatchnormShape, kernels::ConvolutionShape, kernels::LinearShape;
    const ConvolutionShape deep{lanes, batch, side, side, 8, 36, 3, 1, {}},
        few{lanes, batch, side, side, 1, 36, 3, 1, {}};
    const BatchnormShape norm{lanes, batch, side, side, 12, true, 2, {}};
    const LinearShape head{lanes, batch, 40, 10, {}}, wide{lanes, batch, 40, 50, {}};
    const auto forward = [](const ConvolutionShape& s) {
        return [s](Device& d, Memory& m) {
            kernels::convolution_forward(d, s, m.states.data(), m.in.data(), m.parameter(0),
                                         m.out.data());
        };
    };
    const auto linear_data = [](const LinearShape& s) {
        return [s](Device& d, Memory& m) {
            kernels::linear_backward_data(d, s, m.states.data(), m.in.data(), m.parameter(0),
                                          m.out.data());
        };
    };
    const std::size_t images = lanes * batch * side * side;
    return {
        {"convolution", images * 36, forward(deep)},
        {"convolution of one channel", images * 36, forward(few)},
        {"back to the images", images * 8,
         [deep](Device& d, Memory& m) {
             kernels::convolution_backward_data(d, deep, m.states.data(), m.in.data(),
                                                m.parameter(0), m.out.data());
         }},
        {"batchnorm", images / 4 * 12,
         [norm](Device& d, Memory& m) {
             kernels::batchnorm_forward(d, norm, m.states.data(), m.in.data(),
                                        {m.parameter(0), m.parameter(1)}, m.parameter(2),
                                        m.parameter(3), m.parameter(4), m.parameter(5),
                                        m.out.data(), m.chosen.data());
         }},
        {"batchnorm's gradient", images * 12,
         [norm](Device& d, Memory& m) {
             kernels::batchnorm_backward(
                 d, norm, m.states.data(), m.in.data(), m.in.data(), m.chosen.data(), m.in.data(),
                 {m.parameter(0), m.parameter(1)}, m.parameter(4), m.parameter(5), m.out.data(),
                 m.parameter(2), m.parameter(3));
         }},
        {"few outputs' gradient", lanes * batch * 40, linear_data(head)},
        {"many outputs' gradient", lanes * batch * 40, linear_data(wide)},
    };
}

bool is_tf32(float x) { return (std::bit_cast<std::uint32_t>(x) & 0x1fffU) == 0; }

TEST(CudaStored, images_hold_what_the_tensor_cores_read) {
    for (const bool tensor_floats : {true, false}) {
        const auto device = open_device(DeviceKind::cuda);
        kernels::cuda::cuda_device(*device).tensor_floats = tensor_floats;
        for (const Writer& writer : writers()) {
            Memory memory(*device);
            memory.chosen.write(std::vector<std::uint8_t>(size, 0));
            writer.write(*device, memory);
            const std::vector<float> out = memory.out.read();
            const auto end = out.begin() + static_cast<std::ptrdiff_t>(writer.written);
            EXPECT_EQ(std::all_of(out.begin(), end, is_tf32), tensor_floats) << writer.name;
        }
    }
}

TEST(CudaStored, what_is_not_finite_stays_so) {
    const auto device = open_device(DeviceKind::cuda);
    kernels::cuda::cuda_device(*device).tensor_floats = true;
    using Limits = std::numeric_limits<float>;
    for (const float bad : {Limits::quiet_NaN(), Limits::infinity(), -Limits::infinity(),
                            std::bit_cast<float>(0x7fffffffU), std::bit_cast<float>(0xffffffffU)}) {
        for (const Writer& writer : writers()) {
            Memory memory(*device);
            memory.chosen.write(std::vector<std::uint8_t>(size, 0));
            memory.in.write(std::vector<float>(size, bad));
            writer.write(*device, memory);
            const std::vector<float> out = memory.out.read();
            const auto end = out.begin() + static_cast<std::ptrdiff_t>(writer.written);
            EXPECT_TRUE(std::none_of(out.begin(), end, [](float x) { return std::isfinite(x); }))
                << writer.name << ' ' << bad;
        }
    }
}

} // namespace
} // namespace fedmrn::test
