// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#include "engine/store/checkpoint_writer.hpp"

#include <semaphore>
#include <thread>

#include <gmock/gmock.h>

#include "fedmrn/error.hpp"
#include "tests/support/run_files.hpp"

namespace fedmrn {
namespace {

using testing::HasSubstr;

Checkpoint of_round(std::uint32_t round) {
    Checkpoint c;
    c.state.round = round;
    c.state.global.assign(1000, static_cast<float>(round));
    c.state.memory[3] = {1, 2};
    c.model = "mlp";
    return c;
}

std::uint32_t round_in(const std::filesystem::path& file) {
    return read_checkpoint(file).state.round;
}

TEST(CheckpointWriter, WritesWhatItWasGiven) {
    const TemporaryFolder folder;
    CheckpointWriter writer(folder / "c");
    writer.wait(); // for nothing
    EXPECT_FALSE(writer.busy());
    const Checkpoint given = of_round(3);
    writer.write(given);
    writer.wait();
    const Checkpoint back = read_checkpoint(folder / "c");
    EXPECT_EQ(back.state.global, given.state.global);
    EXPECT_EQ(back.state.memory, given.state.memory);
    EXPECT_GT(writer.processor_seconds(), 0);
}

/// Who hands one over goes on while it is written, and what stood there stays until it is.
TEST(CheckpointWriter, WritesBesideItsCaller) {
    const TemporaryFolder folder;
    write_checkpoint(folder / "c", of_round(1));
    std::binary_semaphore go{0};
    const auto caller = std::this_thread::get_id();
    CheckpointWriter writer(folder / "c", [&] {
        EXPECT_NE(std::this_thread::get_id(), caller);
        go.acquire();
    });
    writer.write(of_round(2));
    EXPECT_TRUE(writer.busy());
    EXPECT_EQ(round_in(folder / "c"), 1U);
    go.release();
    writer.wait();
    EXPECT_FALSE(writer.busy());
    EXPECT_EQ(round_in(folder / "c"), 2U);
}

/// A second one waits for the first, so that none is ever in a queue.
TEST(CheckpointWriter, OneAtATime) {
    const TemporaryFolder folder;
    std::atomic<int> at_once{0}, most{0};
    CheckpointWriter writer(folder / "c", [&] {
        most = std::max<int>(most, ++at_once);
        std::this_thread::sleep_for(std::chrono::milliseconds(20));
        --at_once;
    });
    for (std::uint32_t round = 1; round <= 5; ++round) {
        writer.write(of_round(round));
        if (round > 1) EXPECT_GE(round_in(folder / "c"), round - 1);
    }
    writer.wait();
    EXPECT_EQ(most, 1);
    EXPECT_EQ(round_in(folder / "c"), 5U);
}

TEST(CheckpointWriter, ItsEndIsThatOfTheLastOne) {
    const TemporaryFolder folder;
    {
        CheckpointWriter writer(folder / "c",
                                [] { std::this_thread::sleep_for(std::chrono::milliseconds(20)); });
        writer.write(of_round(7));
    }
    EXPECT_EQ(round_in(folder / "c"), 7U);
}

/// What fails on the thread is said where the next one is handed over or waited for, as
/// write_checkpoint says it, and once.
TEST(CheckpointWriter, AFailureIsSaidAtTheNext) {
    const TemporaryFolder folder;
    const auto none = folder / "none" / "c";
    const std::string direct = error_of([&] { write_checkpoint(none, of_round(1)); }, Fault::run);
    CheckpointWriter writer(none);
    writer.write(of_round(1));
    EXPECT_EQ(error_of([&] { writer.wait(); }, Fault::run), direct);
    writer.wait();
    writer.write(of_round(2));
    EXPECT_EQ(error_of([&] { writer.write(of_round(3)); }, Fault::run), direct);
}

/// Metrics that cannot be synced leave the checkpoint before as it is.
TEST(CheckpointWriter, WhatComesBeforeMustSucceed) {
    const TemporaryFolder folder;
    write_checkpoint(folder / "c", of_round(1));
    CheckpointWriter writer(folder / "c", [] { throw Error("metrics: no room", Fault::run); });
    writer.write(of_round(2));
    EXPECT_THAT(error_of([&] { writer.wait(); }, Fault::run), HasSubstr("metrics: no room"));
    EXPECT_EQ(round_in(folder / "c"), 1U);
}

} // namespace
} // namespace fedmrn
