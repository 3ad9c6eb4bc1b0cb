// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#include "kernels/mask.hpp"

#include "tests/kernels/cuda/twins.hpp"

namespace fedmrn::test {
namespace {

using formula::MaskShape;
using formula::NoiseShape;

const std::size_t sizes[] = {0, 1, 31, 32, 33, 127, 128, 129, 4095, 4096, 4097};

/// Every rule that there is, told by a name.
template <class Body> void for_rules(const Body& body) {
    for (const MaskShape mask : {MaskShape::binary, MaskShape::plusminus}) {
        for (const NoiseShape noise :
             {NoiseShape::uniform, NoiseShape::gaussian, NoiseShape::bernoulli}) {
            for (const bool stochastic : {true, false}) {
                for (const bool progressive : {true, false}) {
                    body(kernels::MaskRule{mask, formula::noise_rule(noise, 0.01), stochastic,
                                           progressive},
                         "mask " + std::to_string(static_cast<int>(mask)) + " noise " +
                             std::to_string(static_cast<int>(noise)) + " stochastic " +
                             std::to_string(stochastic) + " progressive " +
                             std::to_string(progressive));
                }
            }
        }
    }
}

TEST(CudaMask, weights_equal_the_cpus) {
    constexpr std::size_t lanes = 4;
    for_rules([&](const kernels::MaskRule& rule, const std::string& name) {
        for (const std::size_t size : sizes) {
            const std::size_t stride = size + 5;
            expect_same_bits(
                [&](Device& device) {
                    Buffer<LaneState> states(device, mixed_lanes(lanes, 8));
                    Buffer<float> global(device, random_floats(size, 1));
                    Buffer<float> update(device, random_floats(lanes * stride, 2, 0.02f));
                    Buffer<float> weights(device, random_floats(lanes * stride, 3));
                    Buffer<formula::NoiseRule> noise(device, std::vector{rule.noise});
                    kernels::mask_weights(device, rule, noise.data(), lanes, states.data(), size,
                                          global.data(), {update.data(), stride},
                                          {weights.data(), stride});
                    return weights.read();
                },
                name + " size " + std::to_string(size));
        }
    });
}

TEST(CudaMask, packed_words_equal_the_cpus) {
    for_rules([&](const kernels::MaskRule& rule, const std::string& name) {
        for (const std::size_t size : sizes) {
            expect_same_bits(
                [&](Device& device) {
                    Buffer<float> update(device, random_floats(size, 4, 0.02f));
                    Buffer<std::uint32_t> words(device,
                                                std::vector<std::uint32_t>(size / 32 + 2, 77));
                    kernels::pack_mask(device, rule, 0x1234567890u, size, update.data(),
                                       words.data());
                    return words.read();
                },
                name + " size " + std::to_string(size));
        }
    });
}

TEST(CudaMask, aggregation_equals_the_cpus) {
    for_rules([&](const kernels::MaskRule& rule, const std::string& name) {
        for (const std::size_t size : {std::size_t{1}, std::size_t{33}, std::size_t{1157}}) {
            for (const std::size_t clients : {0, 1, 65}) {
                const std::size_t words = (size + 31) / 32;
                std::mt19937 random(5);
                std::vector<std::uint32_t> masks(clients * words);
                for (std::uint32_t& word : masks) {
                    word = static_cast<std::uint32_t>(random());
                }
                expect_same_bits(
                    [&](Device& device) {
                        Buffer<std::uint32_t> packed(device, masks);
                        std::vector<kernels::PackedMask> cohort(clients);
                        for (std::size_t k = 0; k < clients; ++k) {
                            cohort[k] = {packed.data() + k * words, 99 + k, 600 + (k << 24)};
                        }
                        Buffer<std::int64_t> sum(device, std::vector<std::int64_t>(size, -3));
                        kernels::aggregate_masks(device, rule, cohort, size, sum.data());
                        return sum.read();
                    },
                    name + " size " + std::to_string(size) + " clients " + std::to_string(clients));
            }
        }
    });
}

TEST(CudaMask, noise_equals_the_cpus) {
    for (const NoiseShape shape :
         {NoiseShape::uniform, NoiseShape::gaussian, NoiseShape::bernoulli}) {
        for (const std::size_t size : sizes) {
            expect_same_bits(
                [&](Device& device) {
                    Buffer<float> out(device, size + 1);
                    kernels::make_noise(device, formula::noise_rule(shape, 0.02), 42, size,
                                        out.data());
                    return out.read();
                },
                std::to_string(static_cast<int>(shape)) + " size " + std::to_string(size));
        }
    }
}

} // namespace
} // namespace fedmrn::test
