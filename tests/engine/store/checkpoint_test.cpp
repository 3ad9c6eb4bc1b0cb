// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#include "engine/store/checkpoint.hpp"

#include <cstring>

#include <gmock/gmock.h>

#include "tests/support/run_files.hpp"

namespace fedmrn {
namespace {

Checkpoint example() {
    Checkpoint c;
    c.state.round = 17;
    c.state.global = {1.5F, -0.0F, 3e-39F, 7};
    c.state.moments["velocity"] = {0.1, 1e-310, -4};
    c.state.moments["second"] = {1e-6, 7, 0.3};
    c.state.memory = {{3, {0.5F, -2e-39F}}, {18446744073709551615U, {7, -0.0F}}};
    c.state.downlink_error = {0.25F, -3e-40F, 0};
    c.ledger.messages = 170;
    c.ledger.uplink_bytes = 0xffffffffffffffff;
    c.ledger.downlink_bytes = 12;
    c.ledger.samples = 34;
    c.ledger.time.training = 0.1 + 0.2;
    c.ledger.time.checkpoints = 1e-17;
    c.ledger.time.all = 1.0 / 3;
    c.ledger.simulated_seconds = 1234.5;
    c.model = "mlp";
    c.config = "[experiment]\nseed = 1\n";
    c.data = "01234567-89abcdef-00000000";
    c.started = "2026-01-31T12:00:00Z";
    return c;
}

std::string rejected(const std::filesystem::path& path) {
    return error_of([&] { read_checkpoint(path); });
}

TEST(Checkpoint, ReadsBackEveryBit) {
    const TemporaryFolder folder;
    const Checkpoint c = example();
    write_checkpoint(folder / "c", c);
    const Checkpoint back = read_checkpoint(folder / "c");
    EXPECT_EQ(back.state.round, c.state.round);
    ASSERT_EQ(back.state.global.size(), c.state.global.size());
    EXPECT_EQ(std::memcmp(back.state.global.data(), c.state.global.data(), 16), 0);
    EXPECT_EQ(back.state.moments, c.state.moments);
    EXPECT_EQ(back.state.memory, c.state.memory);
    EXPECT_EQ(back.state.downlink_error, c.state.downlink_error);
    EXPECT_EQ(back.ledger, c.ledger);
    EXPECT_EQ(back.model, c.model);
    EXPECT_EQ(back.config, c.config);
    EXPECT_EQ(back.data, c.data);
    EXPECT_EQ(back.started, c.started);
}

/// A tensor a client would need a header that grows with them: 1.3 million were not readable.
TEST(Checkpoint, ManyClientsAreTwoArrays) {
    const TemporaryFolder folder;
    Checkpoint c = example();
    c.state.memory.clear();
    for (std::uint64_t k = 0; k < 100'000; ++k)
        c.state.memory[3 * k] = {static_cast<float>(k), -1.0F};
    write_checkpoint(folder / "c", c);
    EXPECT_LT(std::filesystem::file_size(folder / "c"), 100'000U * 16 + 4096);
    EXPECT_EQ(read_checkpoint(folder / "c").state.memory, c.state.memory);
}

/// A process alone writes nothing of ranks, and reads a file that has nothing of them.
TEST(Checkpoint, WhatRanksSentIsThereWhereTheyAre) {
    const TemporaryFolder folder;
    Checkpoint c = example();
    c.ledger.traffic = {0xffffffffffffffff, 0, 3};
    write_checkpoint(folder / "c", c);
    EXPECT_EQ(read_checkpoint(folder / "c").ledger, c.ledger);
    write_checkpoint(folder / "alone", example());
    EXPECT_THAT(slurp(folder / "alone"), testing::Not(testing::HasSubstr("wire_")));
    EXPECT_EQ(read_checkpoint(folder / "alone").ledger.traffic, Traffic{});
}

TEST(Checkpoint, WithoutVelocity) {
    const TemporaryFolder folder;
    Checkpoint c = example();
    c.state.moments.clear();
    write_checkpoint(folder / "c", c);
    EXPECT_TRUE(read_checkpoint(folder / "c").state.moments.empty());
}

TEST(Checkpoint, EveryTruncationIsRejected) {
    const TemporaryFolder folder;
    write_checkpoint(folder / "c", example());
    const std::string whole = slurp(folder / "c");
    for (std::size_t n = 0; n < whole.size(); ++n) {
        spill(folder / "t", whole.substr(0, n));
        EXPECT_THAT(rejected(folder / "t"), testing::HasSubstr("/t: ")) << n;
    }
}

TEST(Checkpoint, EveryChangedByteIsRejected) {
    const TemporaryFolder folder;
    write_checkpoint(folder / "c", example());
    const std::string whole = slurp(folder / "c");
    for (std::size_t at = 0; at < whole.size(); ++at)
        for (const int flip : {0x01, 0x04, 0x80}) {
            std::string changed = whole;
            changed[at] = static_cast<char>(changed[at] ^ flip);
            spill(folder / "t", changed);
            EXPECT_THROW(read_checkpoint(folder / "t"), Error) << at << " " << whole[at];
        }
}

TEST(Checkpoint, AnotherVersionIsOneLine) {
    const TemporaryFolder folder;
    write_checkpoint(folder / "c", example());
    std::string text = slurp(folder / "c");
    const std::string now = R"("version":"4")";
    text.replace(text.find(now), now.size(), R"("version":"3")");
    spill(folder / "c", text);
    EXPECT_THAT(rejected(folder / "c"),
                testing::HasSubstr("not a usable checkpoint: version 3, this program reads 4"));
}

TEST(Checkpoint, AnotherModelIsRejected) {
    Model model;
    model.name = "mlp";
    model.layout.state = 4;
    EXPECT_NO_THROW(require_model(example(), model, "c"));
    model.layout.state = 5;
    EXPECT_EQ(error_of([&] { require_model(example(), model, "c"); }),
              "c: of another model: mlp with 4 values, expected mlp with 5");
    model.layout.state = 4;
    model.name = "cnn4";
    EXPECT_EQ(error_of([&] { require_model(example(), model, "c"); }),
              "c: of another model: mlp with 4 values, expected cnn4 with 4");
}

TEST(Checkpoint, OtherFilesAreRejected) {
    const TemporaryFolder folder;
    EXPECT_THAT(rejected(folder / "none"), testing::HasSubstr("cannot read"));
    spill(folder / "c", "{\"json\": true}");
    EXPECT_THAT(rejected(folder / "c"), testing::HasSubstr("not a safetensors file"));
}

} // namespace
} // namespace fedmrn
