// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#include "kernels/batch.hpp"
#include "kernels/lanes.hpp"

#include "tests/kernels/cuda/twins.hpp"

namespace fedmrn::test {
namespace {

struct Case {
    std::size_t sample_size, channels;
    bool shuffled, ordered;
    Real real;
    std::size_t width = 0; ///< of augmented images
};

/// x, then the labels as bytes; rows past a lane's samples keep what was there.
std::vector<std::byte> gathered(Device& device, const Case& c) {
    constexpr std::size_t lanes = 5, batch = 8, samples = 64;
    std::mt19937 random(1);
    std::vector<std::uint8_t> pixels(samples * c.sample_size);
    std::vector<std::uint16_t> labels(samples);
    std::vector<std::uint32_t> order(samples);
    for (auto& pixel : pixels) {
        pixel = static_cast<std::uint8_t>(random());
    }
    for (std::uint32_t i = 0; i < samples; ++i) {
        labels[i] = static_cast<std::uint16_t>(random() % 10);
        order[i] = i * 37 % samples;
    }
    Buffer<std::uint8_t> device_pixels(device, pixels);
    Buffer<std::uint16_t> device_labels(device, labels);
    Buffer<std::uint32_t> device_order(device, order);
    Buffer<float> scale(device, random_floats(c.channels, 2)),
        shift(device, random_floats(c.channels, 3));
    const kernels::SplitView split{
        device_pixels.data(), device_labels.data(), c.ordered ? device_order.data() : nullptr,
        scale.data(),         shift.data(),         c.sample_size,
        c.channels,           c.shuffled,           c.width,
        c.width != 0};
    Buffer<LaneState> states(device, mixed_lanes(lanes, batch));
    Buffer<std::byte> x(device, lanes * batch * c.sample_size * size_of(c.real));
    Buffer<std::uint16_t> y(device, lanes * batch);
    std::vector<std::byte> result;
    for (int step = 0; step < 4; ++step) {
        kernels::gather_batch(device, split, lanes, batch, states.data(), c.real, x.data(),
                              y.data());
        kernels::advance_lanes(device, lanes, batch, states.data());
        const auto images = x.read();
        const auto classes = bytes_of(y.read());
        result.insert(result.end(), images.begin(), images.end());
        for (const char byte : classes) {
            result.push_back(static_cast<std::byte>(byte));
        }
    }
    return result;
}

TEST(CudaBatch, gathered_rows_equal_the_cpus) {
    for (const Real real : {Real::f32, Real::bf16}) {
        for (const bool shuffled : {true, false}) {
            for (const bool ordered : {true, false}) {
                for (const auto& [pixels, channels] :
                     {std::pair<std::size_t, std::size_t>{28 * 28, 1},
                      {32 * 32, 3},
                      {7, 3},
                      {3, 5}}) {
                    const Case c{pixels * channels, channels, shuffled, ordered, real};
                    expect_same_bits([&](Device& device) { return gathered(device, c); },
                                     std::to_string(pixels) + " pixels of " +
                                         std::to_string(channels) + " channels");
                }
            }
        }
    }
}

TEST(CudaBatch, augmented_rows_equal_the_cpus) {
    for (const Real real : {Real::f32, Real::bf16}) {
        for (const bool shuffled : {true, false}) {
            for (const auto& [height, width, channels] :
                 {std::array<std::size_t, 3>{28, 28, 1}, {32, 32, 3}, {7, 9, 3}, {5, 1, 2}}) {
                const Case c{height * width * channels, channels, shuffled, true, real, width};
                expect_same_bits([&](Device& device) { return gathered(device, c); },
                                 std::to_string(height) + "x" + std::to_string(width) + "x" +
                                     std::to_string(channels));
            }
        }
    }
}

TEST(CudaBatch, advancing_equals_the_cpus) {
    constexpr std::size_t lanes = 300;
    expect_same_bits(
        [&](Device& device) {
            Buffer<LaneState> states(device, mixed_lanes(lanes, 8));
            for (int step = 0; step < 45; ++step) {
                kernels::advance_lanes(device, lanes, 8, states.data());
            }
            return states.read();
        },
        "states");
}

} // namespace
} // namespace fedmrn::test
