// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "engine/server/resident_split.hpp"
#include "tests/support/lane_states.hpp"
#include "tests/support/on_device.hpp"

namespace fedmrn::test {
namespace {

FEDMRN_ON_DEVICES(Resident);

/// Every byte of every channel is read as (byte / 255 − mean) / deviation.
TEST_P(Resident, NormalisesAsTheDatasetSays) {
    Split split;
    split.mean = {0.2860f, 0.485f};
    split.deviation = {0.3530f, 0.229f};
    for (int byte = 0; byte < 256; ++byte) {
        split.pixels.insert(split.pixels.end(), 2, static_cast<std::uint8_t>(byte));
        split.labels.push_back(static_cast<std::uint16_t>(byte));
    }
    const ResidentSplit resident(device, split, {1, 1, 2}, {});
    EXPECT_EQ(resident.samples(), 256u);
    kernels::SplitView view = resident.view();
    view.shuffled = false;
    const auto states = lanes_of(device, {256});
    Buffer<float> x(device, 512);
    Buffer<std::uint16_t> labels(device, 256);
    kernels::gather_batch(device, view, 1, 256, states.data(), Real::f32, x.data(), labels.data());
    const auto values = x.read();
    for (std::size_t i = 0; i < 512; ++i) {
        const std::size_t c = i % 2;
        const double expected =
            (static_cast<double>(i / 2) / 255 - double{split.mean[c]}) / double{split.deviation[c]};
        EXPECT_NEAR(double{values[i]}, expected, 1e-6);
    }
    EXPECT_EQ(labels.read(), split.labels);
}

TEST_P(Resident, KeepsTheOrderOfTheClients) {
    Split split;
    split.mean = {0.0f};
    split.deviation = {1.0f};
    split.pixels = {0, 51, 102};
    split.labels = {0, 1, 2};
    const std::vector<std::uint32_t> order{2, 0, 1};
    const ResidentSplit resident(device, split, {1, 1, 1}, order);
    kernels::SplitView view = resident.view();
    view.shuffled = false;
    const auto states = lanes_of(device, {3});
    Buffer<float> x(device, 3);
    Buffer<std::uint16_t> labels(device, 3);
    kernels::gather_batch(device, view, 1, 3, states.data(), Real::f32, x.data(), labels.data());
    EXPECT_EQ(labels.read(), (std::vector<std::uint16_t>{2, 0, 1}));
}

} // namespace
} // namespace fedmrn::test
