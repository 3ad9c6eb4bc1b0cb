// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#include <array>
#include <cmath>
#include <map>

#include <gtest/gtest.h>

#include "kernels/batch.hpp"
#include "kernels/formula/augment.hpp"
#include "tests/support/compare.hpp"
#include "tests/support/on_device.hpp"
#include "tests/support/random_values.hpp"

namespace fedmrn::test {
namespace {

constexpr std::size_t height = 7, width = 6, channels = 3, size = height * width * channels;
constexpr std::uint32_t samples = 40;

/// Each of 9 corners both ways, and each of two directions, within 5 standard deviations.
TEST(Augment, DrawsEveryCropAndDirectionEquallyOften) {
    constexpr double n = 90'000;
    std::array<double, 9> rows{}, columns{};
    double mirrored = 0;
    for (std::uint32_t sample = 0; sample < 300; ++sample) {
        for (std::uint32_t epoch = 0; epoch < 300; ++epoch) {
            const formula::Augment a = formula::augment(77, epoch, sample);
            ++rows.at(a.row);
            ++columns.at(a.column);
            mirrored += a.mirrored;
        }
    }
    for (std::size_t i = 0; i < 9; ++i) {
        EXPECT_NEAR(rows[i], n / 9, 5 * std::sqrt(n / 9 * 8 / 9)) << i;
        EXPECT_NEAR(columns[i], n / 9, 5 * std::sqrt(n / 9 * 8 / 9)) << i;
    }
    EXPECT_NEAR(mirrored, n / 2, 5 * std::sqrt(n / 4));
}

TEST(Augment, IsAFunctionOfSeedEpochAndSample) {
    const auto of = [](std::uint64_t seed, std::uint32_t epoch, std::uint32_t sample) {
        std::uint32_t all = 0; // of 8 samples in a row, so that two sets rarely agree by chance
        for (std::uint32_t i = 0; i < 8; ++i) {
            const formula::Augment a = formula::augment(seed, epoch, sample + i);
            all = all * 162 + a.row * 18 + a.column * 2 + a.mirrored;
        }
        return all;
    };
    EXPECT_EQ(of(1, 2, 3), of(1, 2, 3));
    EXPECT_NE(of(1, 2, 3), of(2, 2, 3));
    EXPECT_NE(of(1, 2, 3), of(1, 3, 3));
    EXPECT_NE(of(1, 2, 3), of(1, 2, 4));
}

/// 40 samples of 7 × 6 pixels and 3 channels; sample i has label i.
class AugmentedBatch : public OnDevice {
protected:
    AugmentedBatch() {
        RandomValues random(1);
        std::vector<std::uint16_t> numbers(samples);
        for (std::size_t i = 0; i < samples * size; ++i) {
            bytes.push_back(static_cast<std::uint8_t>(1 + random.below(255))); // none is padding's
        }
        for (std::size_t i = 0; i < samples; ++i) numbers[i] = static_cast<std::uint16_t>(i);
        pixels = Buffer<std::uint8_t>(device, bytes);
        of_samples = Buffer<std::uint16_t>(device, numbers);
        scale = Buffer<float>(device, scales);
        shift = Buffer<float>(device, shifts);
        split = {.pixels = pixels.data(),
                 .labels = of_samples.data(),
                 .scale = scale.data(),
                 .shift = shift.data(),
                 .sample_size = size,
                 .channels = channels,
                 .width = width,
                 .augmented = true};
    }

    /// What a client of all samples sees in an epoch, by the label of the sample.
    std::map<std::uint16_t, std::vector<float>> epoch(std::uint32_t number, std::uint32_t batch) {
        std::map<std::uint16_t, std::vector<float>> seen;
        const std::uint32_t each = formula::steps_per_epoch(samples, batch);
        LaneState state{seed, 0, samples, 0, 10 * each, 0};
        for (state.step = number * each; state.step < (number + 1) * each; ++state.step) {
            state.samples = formula::batch_samples(state, batch);
            const Buffer<LaneState> states(device, std::vector<LaneState>{state});
            Buffer<float> x(device, batch * size);
            Buffer<std::uint16_t> labels(device, batch);
            kernels::gather_batch(device, split, 1, batch, states.data(), Real::f32, x.data(),
                                  labels.data());
            const auto values = x.read();
            const auto who = labels.read();
            for (std::size_t row = 0; row < state.samples; ++row) {
                const auto first = values.begin() + static_cast<std::ptrdiff_t>(row * size);
                seen[who[row]] = {first, first + static_cast<std::ptrdiff_t>(size)};
            }
        }
        return seen;
    }

    /// The padded image, cut, mirrored and normalised, step by step as torchvision does it.
    std::vector<float> by_hand(std::size_t sample, const formula::Augment& a) const {
        constexpr std::size_t padded = width + 8;
        std::vector<std::uint8_t> image((height + 8) * padded * channels, 0);
        for (std::size_t h = 0; h < height; ++h)
            for (std::size_t i = 0; i < width * channels; ++i)
                image[((h + 4) * padded + 4) * channels + i] =
                    bytes[sample * size + h * width * channels + i];
        std::vector<float> out;
        for (std::size_t h = 0; h < height; ++h)
            for (std::size_t w = 0; w < width; ++w)
                for (std::size_t c = 0; c < channels; ++c) {
                    const std::size_t column = a.column + (a.mirrored ? width - 1 - w : w);
                    const volatile float product =
                        scales[c] *
                        static_cast<float>(image[((a.row + h) * padded + column) * channels + c]);
                    out.push_back(product + shifts[c]);
                }
        return out;
    }

    static constexpr std::uint64_t seed = 0x123456789abcdef;
    std::vector<std::uint8_t> bytes;
    const std::vector<float> scales{0.01f, 0.02f, 0.003f}, shifts{-1.0f, 0.5f, 0.25f};
    Buffer<std::uint8_t> pixels;
    Buffer<std::uint16_t> of_samples;
    Buffer<float> scale, shift;
    kernels::SplitView split;
};
INSTANTIATE_TEST_SUITE_P(On, AugmentedBatch, ::testing::ValuesIn(kinds_under_test()), kind_name);

TEST_P(AugmentedBatch, ImagesArePaddedCutAndMirrored) {
    bool mirrored = false, straight = false;
    for (const std::uint32_t number : {0u, 3u}) {
        const auto seen = epoch(number, 8);
        ASSERT_EQ(seen.size(), samples);
        for (const auto& [sample, values] : seen) {
            const formula::Augment a = formula::augment(seed, number, sample);
            EXPECT_TRUE(same_bits(values, by_hand(sample, a))) << sample;
            (a.mirrored ? mirrored : straight) = true;
        }
    }
    EXPECT_TRUE(mirrored && straight);
}

TEST_P(AugmentedBatch, DoNotDependOnTheBatchTheyComeIn) {
    EXPECT_EQ(epoch(1, 8), epoch(1, 7));
    EXPECT_NE(epoch(1, 8), epoch(2, 8));
}

TEST_P(AugmentedBatch, LabelsAndOrderAreThoseOfThePlainBatch) {
    const auto cut = epoch(0, 8);
    split.augmented = false;
    const auto plain = epoch(0, 8);
    ASSERT_EQ(cut.size(), plain.size());
    std::size_t changed = 0;
    for (const auto& [sample, values] : plain) changed += values != cut.at(sample);
    EXPECT_GT(changed, samples / 2);
}

} // namespace
} // namespace fedmrn::test
