// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include <gtest/gtest.h>

#include "kernels/batch.hpp"
#include "kernels/formula/bf16.hpp"
#include "kernels/lanes.hpp"
#include "tests/support/compare.hpp"
#include "tests/support/on_device.hpp"
#include "tests/support/random_values.hpp"

namespace fedmrn::test {
namespace {

constexpr std::size_t samples = 50, size = 6, batch = 8;

/// 50 samples of 2 pixels and 3 channels; sample i has label i, so that labels tell who came.
class Batch : public OnDevice {
protected:
    Batch() {
        RandomValues random(1);
        std::vector<std::uint16_t> numbers(samples);
        std::vector<std::uint32_t> order(samples);
        for (std::size_t i = 0; i < samples * size; ++i) {
            bytes.push_back(static_cast<std::uint8_t>(random.below(256)));
        }
        for (std::size_t i = 0; i < samples; ++i) {
            numbers[i] = static_cast<std::uint16_t>(i);
            order[i] = static_cast<std::uint32_t>(samples - 1 - i);
        }
        pixels = Buffer<std::uint8_t>(device, bytes);
        of_samples = Buffer<std::uint16_t>(device, numbers);
        backwards = Buffer<std::uint32_t>(device, order);
        scale = Buffer<float>(device, scales);
        shift = Buffer<float>(device, shifts);
        split = {
            pixels.data(), of_samples.data(), backwards.data(), scale.data(), shift.data(), size, 3,
            true};
    }

    void gather(const LaneState& state, Real real = Real::f32) {
        const Buffer<LaneState> states(device, std::vector<LaneState>{state});
        kernels::gather_batch(device, split, 1, batch, states.data(), real, x.data(),
                              labels.data());
    }

    /// The samples of each step of an epoch, by their labels.
    std::vector<std::uint16_t> epoch(LaneState state, std::uint32_t number) {
        std::vector<std::uint16_t> seen;
        const std::uint32_t each = formula::steps_per_epoch(state.count, batch);
        for (state.step = number * each; state.step < (number + 1) * each; ++state.step) {
            state.samples = formula::batch_samples(state, batch);
            gather(state);
            const auto now = labels.read();
            seen.insert(seen.end(), now.begin(), now.begin() + state.samples);
        }
        return seen;
    }

    std::vector<std::uint8_t> bytes;
    const std::vector<float> scales{0.01f, 0.02f, 0.003f}, shifts{-1.0f, 0.5f, 0.0f};
    Buffer<std::uint8_t> pixels;
    Buffer<std::uint16_t> of_samples;
    Buffer<std::uint32_t> backwards;
    Buffer<float> scale, shift;
    kernels::SplitView split;
    Buffer<float> x{device, batch* size};
    Buffer<std::uint16_t> labels{device, batch};
};
INSTANTIATE_TEST_SUITE_P(On, Batch, ::testing::ValuesIn(kinds_under_test()), kind_name);

TEST_P(Batch, AnEpochVisitsEverySampleOfTheClientOnce) {
    const LaneState client{77, 10, 21, 0, 9, 0}; // entries 10 … 30: samples 39 … 19
    auto first = epoch(client, 0), second = epoch(client, 1);
    EXPECT_EQ(first.size(), 21u);
    EXPECT_NE(first, second);
    std::sort(first.begin(), first.end());
    std::sort(second.begin(), second.end());
    for (std::size_t i = 0; i < 21; ++i) EXPECT_EQ(first[i], 19 + i);
    EXPECT_EQ(first, second);
}

TEST_P(Batch, TheOrderIsAFunctionOfTheSeed) {
    LaneState client{77, 10, 21, 0, 9, 0};
    const auto one = epoch(client, 0);
    EXPECT_EQ(one, epoch(client, 0));
    client.seed = 78;
    EXPECT_NE(one, epoch(client, 0));
}

TEST_P(Batch, UnshuffledAndWithoutOrderItIsTheSplitsOwn) {
    split.shuffled = false;
    split.order = nullptr;
    const auto seen = epoch({77, 5, 21, 0, 9, 0}, 0);
    for (std::size_t i = 0; i < 21; ++i) EXPECT_EQ(seen[i], 5 + i);
}

TEST_P(Batch, PixelsAreNormalisedByChannel) {
    gather({77, 0, 50, 3, 14, 8});
    const auto values = x.read();
    const auto who = labels.read();
    for (std::size_t row = 0; row < batch; ++row) {
        for (std::size_t i = 0; i < size; ++i) {
            const volatile float product =
                static_cast<float>(bytes[who[row] * size + i]) * scales[i % 3];
            ASSERT_EQ(values[row * size + i], product + shifts[i % 3]);
        }
    }
}

TEST_P(Batch, NarrowPixelsAreTheRoundedOnes) {
    const LaneState client{77, 0, 50, 3, 14, 8};
    gather(client);
    const auto wide = x.read();
    Buffer<formula::Bf16> narrow(device, batch * size);
    const Buffer<LaneState> states(device, std::vector<LaneState>{client});
    kernels::gather_batch(device, split, 1, batch, states.data(), Real::bf16, narrow.data(),
                          labels.data());
    const auto values = narrow.read();
    for (std::size_t i = 0; i < wide.size(); ++i) {
        ASSERT_EQ(values[i].bits, formula::from_float<formula::Bf16>(wide[i]).bits);
    }
}

TEST_P(Batch, RowsPastAShortBatchAreLeftAlone) {
    x.write(std::vector<float>(batch * size, 123.0f));
    labels.write(std::vector<std::uint16_t>(batch, 9999));
    gather({77, 10, 21, 2, 9, 5}); // the last batch of the epoch
    const auto values = x.read();
    const auto who = labels.read();
    for (std::size_t row = 5; row < batch; ++row) {
        EXPECT_EQ(who[row], 9999);
        for (std::size_t i = 0; i < size; ++i) EXPECT_EQ(values[row * size + i], 123.0f);
    }
    EXPECT_NE(who[4], 9999);
}

/// 21 samples in batches of 8, two epochs: 8, 8, 5, 8, 8, 5, then idle; an idle lane stays so.
TEST_P(Batch, LanesAdvanceThroughTheirShortBatches) {
    Buffer<LaneState> states(device,
                             std::vector<LaneState>{{1, 0, 21, 0, 6, 8}, {}, {2, 0, 8, 0, 1, 8}});
    std::vector<std::uint32_t> seen;
    for (int step = 0; step < 7; ++step) {
        seen.push_back(states.read()[0].samples);
        kernels::advance_lanes(device, 3, batch, states.data());
    }
    EXPECT_EQ(seen, (std::vector<std::uint32_t>{8, 8, 5, 8, 8, 5, 0}));
    const auto after = states.read();
    EXPECT_EQ(after[0].step, 6u);
    EXPECT_EQ(after[1].step, 0u);
    EXPECT_EQ(after[2].step, 1u);
    EXPECT_EQ(after[2].samples, 0u);
}

} // namespace
} // namespace fedmrn::test
