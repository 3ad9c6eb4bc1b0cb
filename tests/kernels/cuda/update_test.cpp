// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#include "kernels/update.hpp"

#include "tests/kernels/cuda/twins.hpp"

namespace fedmrn::test {
namespace {

const std::size_t sizes[] = {0, 1, 31, 32, 33, 1023, 1024, 1025, 4097};

TEST(CudaUpdate, added_updates_equal_the_cpus) {
    constexpr std::size_t lanes = 4;
    for (const std::size_t size : sizes) {
        const std::size_t stride = size + 3;
        expect_same_bits(
            [&](Device& device) {
                Buffer<LaneState> states(device, mixed_lanes(lanes, 8));
                Buffer<float> global(device, random_floats(size, 1));
                Buffer<float> update(device, random_floats(lanes * stride, 2));
                Buffer<float> weights(device, random_floats(lanes * stride, 3));
                kernels::add_update(device, lanes, states.data(), size, global.data(),
                                    {update.data(), stride}, {weights.data(), stride});
                return weights.read();
            },
            "size " + std::to_string(size));
    }
}

TEST(CudaUpdate, sgd_steps_equal_the_cpus) {
    constexpr std::size_t lanes = 4;
    for (const float momentum : {0.0f, 0.9f}) {
        for (const float decay : {0.0f, 5e-4f}) {
            for (const bool decay_weights : {true, false}) {
                for (const std::size_t size : sizes) {
                    const kernels::SgdRule rule{momentum, decay, decay_weights};
                    const std::size_t stride = size + 1;
                    expect_same_bits(
                        [&](Device& device) {
                            Buffer<LaneState> states(device, mixed_lanes(lanes, 8));
                            Buffer<float> gradient(device, random_floats(lanes * stride, 1));
                            Buffer<float> weights(device, random_floats(lanes * stride, 2));
                            Buffer<float> velocity(device, random_floats(lanes * stride, 3));
                            Buffer<float> update(device, random_floats(lanes * stride, 4));
                            Buffer<float> lr(device, std::vector<float>{0.1f});
                            for (int step = 0; step < 2; ++step) {
                                kernels::sgd_step(
                                    device, rule, lr.data(), lanes, states.data(), size,
                                    {gradient.data(), stride}, {weights.data(), stride},
                                    {momentum != 0 ? velocity.data() : nullptr, stride},
                                    {update.data(), stride});
                            }
                            auto result = update.read(), v = velocity.read();
                            result.insert(result.end(), v.begin(), v.end());
                            return result;
                        },
                        "size " + std::to_string(size) + " momentum " + std::to_string(momentum) +
                            " decay " + std::to_string(decay) + " of " +
                            (decay_weights ? "weights" : "update"));
                }
            }
        }
    }
}

TEST(CudaUpdate, dense_aggregation_and_server_step_equal_the_cpus) {
    for (const std::size_t size : sizes) {
        for (const double momentum : {0.0, 0.9}) {
            expect_same_bits(
                [&](Device& device) {
                    Buffer<formula::Wide> sum(device, size);
                    Buffer<float> global(device, random_floats(size, 1));
                    Buffer<double> mean(device, size), velocity(device, size);
                    for (std::uint32_t k = 0; k < 3; ++k) {
                        Buffer<float> values(device, random_floats(size, k + 2, 10.0f));
                        kernels::add_dense(device, size, values.data(), 600 + k, sum.data());
                    }
                    kernels::mean_of_dense(device, size, sum.data(), 1803, mean.data());
                    for (int round = 0; round < 2; ++round) {
                        kernels::server_step(device, 0.7, momentum, size, mean.data(),
                                             momentum != 0 ? velocity.data() : nullptr,
                                             global.data());
                    }
                    return global.read();
                },
                "size " + std::to_string(size));
        }
    }
}

TEST(CudaUpdate, mean_of_masks_equals_the_cpus) {
    constexpr std::size_t size = 1025;
    std::mt19937_64 random(1);
    std::vector<std::int64_t> sums(size);
    for (std::int64_t& sum : sums) {
        sum = static_cast<std::int64_t>(random()) >> 4;
    }
    expect_same_bits(
        [&](Device& device) {
            Buffer<std::int64_t> sum(device, sums);
            Buffer<double> mean(device, size);
            kernels::mean_of_masks(device, size, sum.data(), 0.01f * 0x1p-24f, 6000, mean.data());
            return mean.read();
        },
        "mean");
}

} // namespace
} // namespace fedmrn::test
