// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#include <array>
#include <cstring>
#include <thread>

#include <gtest/gtest.h>

#include "kernels/lanes.hpp"
#include "kernels/platforms.hpp"
#include "kernels/update.hpp"
#include "tests/support/compare.hpp"
#include "tests/support/on_device.hpp"

namespace fedmrn::test {
namespace {

FEDMRN_ON_DEVICES(Devices);

std::vector<float> floats(Fetch& fetch) {
    std::vector<float> values(fetch.bytes().size() / sizeof(float));
    std::memcpy(values.data(), fetch.bytes().data(), fetch.bytes().size());
    return values;
}

/// A fetch has what the memory held in its turn, not what was written there later.
TEST_P(Devices, AFetchIsOfItsTurn) {
    Buffer<float> array(device, std::vector<float>{1, 2, 3});
    const auto first = device.fetch(array.data(), 3 * sizeof(float));
    array.write(std::vector<float>{4, 5, 6});
    const auto second = device.fetch(array.data(), 2 * sizeof(float));
    array.clear();
    EXPECT_EQ(floats(*second), (std::vector<float>{4, 5}));
    EXPECT_EQ(floats(*first), (std::vector<float>{1, 2, 3}));
    EXPECT_TRUE(device.fetch(array.data(), 0)->bytes().empty());
}

/// Memory that is given away arrives as it was in its turn; the host's is not copied.
TEST_P(Devices, WhatIsHandedOverArrives) {
    Buffer<float> array(device, std::vector<float>{1, 2, 3});
    const void* place = array.data().get();
    const auto fetched = array.hand_over();
    EXPECT_EQ(array.data(), nullptr);
    EXPECT_EQ(array.size(), 0U);
    const Buffer<float> next(device, std::vector<float>{7, 8, 9}); // may be where it was
    EXPECT_EQ(floats(*fetched), (std::vector<float>{1, 2, 3}));
    EXPECT_EQ(fetched->bytes().data() == place, GetParam() == DeviceKind::cpu);
}

/// What a fetch came into is used again by later ones, of other sizes too.
TEST_P(Devices, FetchesFollowEachOther) {
    Buffer<float> array(device, 5000);
    for (std::size_t i = 1; i <= 20; ++i) {
        const std::size_t count = 5000 / i;
        array.write(std::vector<float>(count, static_cast<float>(i)));
        EXPECT_EQ(floats(*device.fetch(array.data(), count * sizeof(float))),
                  std::vector<float>(count, static_cast<float>(i)));
    }
}

/// Recording runs nothing; every replay runs all of it, in the order of the calls around it.
TEST_P(Devices, AReplayIsTheRecordedWork) {
    Buffer<LaneState> states(
        device, std::vector<LaneState>{{.count = 100'000, .steps = 100'000, .samples = 1}});
    const auto work = [&] { kernels::advance_lanes(device, 1, 1, states.data()); };
    work(); // what it needs is there
    const auto recording = device.record(work);
    EXPECT_EQ(states.read()[0].step, 1u);
    for (int i = 0; i < 100; ++i) recording->replay(); // more than a device queues at once
    EXPECT_EQ(states.read()[0].step, 101u);
    states.write(std::vector<LaneState>{{.count = 9, .steps = 9, .samples = 1}});
    recording->replay();
    recording->replay();
    EXPECT_EQ(states.read()[0].step, 2u);
}

/// Another of its kind, where there is one, beside the first, by any thread, which leaves the
/// current GPU as it wants it; after the last comes the first.
TEST_P(Devices, OneOfSeveralIsUsedByAnyThread) {
    Buffer<float> here(device, std::vector<float>{-2, 1});
    for (const std::size_t which : {1u, 2u}) {
        const auto other = kernels::platform(GetParam()).open(Precision::fp32, {}, which);
        Buffer<LaneState> states(
            *other, std::vector<LaneState>{{.count = 1000, .steps = 1000, .samples = 1}});
        const auto work = [&] { kernels::advance_lanes(*other, 1, 1, states.data()); };
        EXPECT_EQ(kernels::largest_magnitude(device, 2, here.data()), 2.0f);
        work();
        const auto recording = other->record(work);
        std::thread([&] {
            for (int i = 0; i < 40; ++i) recording->replay();
            work();
            EXPECT_GT(other->free_memory(), 0u);
            EXPECT_EQ(states.read()[0].step, 42u);
        }).join();
        EXPECT_EQ(kernels::largest_magnitude(device, 2, here.data()), 2.0f);
        recording->replay();
        other->beside(work, [] {});
        EXPECT_EQ(states.read()[0].step, 44u);
    }
}

/// A recording that fails leaves a device that works.
TEST_P(Devices, AFailedRecordingIsForgotten) {
    const auto failing = [] { throw std::runtime_error("no"); };
    EXPECT_THROW(device.record(failing)->replay(), std::runtime_error); // at the latest then
    Buffer<float> array(device, std::vector<float>{-2, 1});
    EXPECT_EQ(kernels::largest_magnitude(device, 2, array.data()), 2.0f);
}

TEST_P(Devices, FreeMemoryIsThereAndShrinks) {
    const std::size_t before = device.free_memory();
    ASSERT_GT(before, std::size_t{64} << 20);
    const Buffer<std::byte> array(device, std::size_t{64} << 20);
    device.synchronize();
    if (device.kind() == DeviceKind::cuda) {
        EXPECT_LE(device.free_memory(), before - (std::size_t{64} << 20));
    }
}

/// Ranges nest, and cost nothing where no profiler looks.
TEST_P(Devices, RangesNest) {
    const Range outer(device, "outer", 1);
    const Range inner(device, "inner");
    device.profile(true);
    device.profile(false);
    SUCCEED();
}

} // namespace
} // namespace fedmrn::test
