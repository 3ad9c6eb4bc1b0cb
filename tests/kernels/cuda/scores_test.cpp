// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#include "kernels/scores.hpp"

#include "tests/kernels/cuda/twins.hpp"

namespace fedmrn::test {
namespace {

const std::size_t sizes[] = {0, 1, 31, 32, 33, 127, 128, 129, 4095, 4096, 4097};

/// One tensor; three that end anywhere; more than a launch takes.
std::vector<std::vector<kernels::FrozenTensor>> layouts(std::size_t size) {
    std::vector<std::vector<kernels::FrozenTensor>> all{
        {{size, 0.5f}}, {{size / 3, 0.1f}, {size / 2, 0.2f}, {size, 0.3f}}, {}};
    for (std::size_t t = 1; t <= 70; ++t) {
        all.back().push_back({size * t / 70, 0.01f * static_cast<float>(t)});
    }
    return all;
}

void expect_pass_equal(bool gradient, const std::string& name) {
    constexpr std::size_t lanes = 4;
    for (const std::size_t size : sizes) {
        for (const auto& tensors : layouts(size)) {
            const std::size_t stride = size + 5;
            expect_same_bits(
                [&](Device& device) {
                    Buffer<LaneState> states(device, mixed_lanes(lanes, 8));
                    Buffer<float> global(device, random_floats(size, 1, 4.0f));
                    Buffer<float> update(device, random_floats(lanes * stride, 2, 4.0f));
                    Buffer<float> out(device, random_floats(lanes * stride, 3));
                    if (gradient) {
                        kernels::score_gradient(device, {77, tensors}, 1.1, lanes, states.data(),
                                                global.data(), {update.data(), stride},
                                                {out.data(), stride});
                    } else {
                        kernels::score_weights(device, {77, tensors}, lanes, states.data(),
                                               global.data(), {update.data(), stride},
                                               {out.data(), stride});
                    }
                    return out.read();
                },
                name + " size " + std::to_string(size) + " tensors " +
                    std::to_string(tensors.size()));
        }
    }
}

TEST(CudaScores, weights_equal_the_cpus) { expect_pass_equal(false, "weights"); }

TEST(CudaScores, gradients_equal_the_cpus) { expect_pass_equal(true, "gradient"); }

TEST(CudaScores, means_of_masks_equal_the_cpus) {
    for (const std::size_t size : sizes) {
        for (const auto& tensors : layouts(size)) {
            for (const std::uint32_t masks : {0, 1, 9}) {
                expect_same_bits(
                    [&](Device& device) {
                        const Buffer<float> global(device, random_floats(size, 8, 4.0f));
                        Buffer<float> out(device, random_floats(size + 5, 9));
                        kernels::mean_score_weights(device, {77, tensors}, {5, 6, masks},
                                                    global.data(), out.data());
                        return out.read();
                    },
                    "size " + std::to_string(size) + " masks " + std::to_string(masks));
            }
        }
    }
}

TEST(CudaScores, packed_words_equal_the_cpus) {
    for (const std::size_t size : sizes) {
        for (const std::size_t clients : {0, 1, 3}) {
            const std::size_t words = (size + 31) / 32;
            expect_same_bits(
                [&](Device& device) {
                    Buffer<float> global(device, random_floats(size, 4, 4.0f));
                    Buffer<float> update(device, random_floats(size, 5, 4.0f));
                    Buffer<std::uint32_t> out(device,
                                              std::vector<std::uint32_t>(clients * words + 1, 77));
                    std::vector<kernels::MaskSource> sources(clients);
                    for (std::size_t k = 0; k < clients; ++k) {
                        sources[k] = {99 + k, update.data(), out.data() + k * words};
                    }
                    kernels::pack_scores(device, sources, size, global.data());
                    return out.read();
                },
                "size " + std::to_string(size) + " clients " + std::to_string(clients));
        }
    }
}

TEST(CudaScores, posteriors_equal_the_cpus) {
    for (const std::size_t size : sizes) {
        for (const std::size_t clients : {1, 10, 65}) {
            std::mt19937 random(6);
            std::vector<std::uint64_t> counts(size);
            for (std::uint64_t& count : counts) {
                count = random() % (clients + 1);
            }
            expect_same_bits(
                [&](Device& device) {
                    const Buffer<std::uint64_t> ones(device, counts);
                    Buffer<float> global(device, random_floats(size, 7, 4.0f));
                    Buffer<double> mean(device, std::vector<double>(size + 1, -3.0));
                    kernels::posterior_scores(device, ones.data(),
                                              static_cast<std::uint32_t>(clients), size,
                                              global.data(), mean.data());
                    return mean.read();
                },
                "size " + std::to_string(size) + " clients " + std::to_string(clients));
        }
    }
}

} // namespace
} // namespace fedmrn::test
