// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#include "engine/report/inspect.hpp"

#include <gmock/gmock.h>
#include <nlohmann/json.hpp>

#include "engine/stage/deflate_packing.hpp"
#include "engine/stage/rans_packing.hpp"
#include "engine/store/checkpoint.hpp"
#include "fedmrn/message.hpp"
#include "tests/engine/message/samples.hpp"
#include "tests/support/run_files.hpp"

namespace fedmrn {
namespace {

using testing::HasSubstr;

TEST(Inspect, ShowsAMessage) {
    Message message;
    message.method = 1;
    message.round = 3;
    message.client = 42;
    message.seed = 0xabcdef;
    message.samples = 600;
    message.tensors = {{Encoding::mask, 40}, {Encoding::float32, 2}};
    message.mask = {0xffffU, 0};
    message.dense = {1, 2};
    const auto bytes = encode(message);
    const TemporaryFolder folder;
    spill(folder / "m", std::string(reinterpret_cast<const char*>(bytes.data()), bytes.size()));
    const std::string text = inspect(folder / "m");
    EXPECT_THAT(text, testing::ContainsRegex("client +42\n"));
    EXPECT_THAT(text, testing::ContainsRegex("seed +0000000000abcdef\n"));
    EXPECT_THAT(text, testing::ContainsRegex("mask density +0\\.4000\n")); // 16 of 40
    EXPECT_THAT(text, testing::ContainsRegex("elements +40 masked, 2 float32\n"));

    spill(folder / "m", std::string(reinterpret_cast<const char*>(bytes.data()), bytes.size() - 1));
    EXPECT_THAT(error_of([&] { inspect(folder / "m"); }), HasSubstr("/m: "));
}

/// The values of what is selected are no elements of their own: 8 · bytes / (64 + 3).
TEST(Inspect, ShowsASparseMessage) {
    Message message;
    message.samples = 1;
    message.tensors = {{Encoding::sparse, 64, 2}, {Encoding::float32, 2}, {Encoding::float32, 3}};
    message.mask = {1, 1};
    message.dense = {1, 2, 3, 4, 5};
    const auto bytes = encode(message);
    EXPECT_EQ(bytes.size(), 48U + 8 + 4 + 4 * 5 + 4);
    const TemporaryFolder folder;
    spill(folder / "m", std::string(reinterpret_cast<const char*>(bytes.data()), bytes.size()));
    const std::string text = inspect(folder / "m");
    EXPECT_THAT(text, testing::ContainsRegex("elements +0 masked, 64 sparse, 5 float32\n"));
    EXPECT_THAT(text, testing::ContainsRegex("mask density +0\\.0312\n"));
    EXPECT_THAT(text, testing::ContainsRegex("bits/element +10\\.030\n"));
    EXPECT_THAT(text, testing::ContainsRegex("0 +sparse +2 of 64\n"));
}

TEST(Inspect, ShowsACheckpoint) {
    const TemporaryFolder folder;
    Checkpoint checkpoint;
    checkpoint.state.round = 7;
    checkpoint.state.global = {1, 2, 3};
    checkpoint.model = "mlp";
    checkpoint.config = "[experiment]\nseed = 5\n";
    write_checkpoint(folder / "c", checkpoint);
    const std::string text = inspect(folder / "c");
    EXPECT_THAT(text, testing::StartsWith("checkpoint\n"));
    EXPECT_THAT(text, testing::ContainsRegex("round +7\n"));
    EXPECT_THAT(text, testing::ContainsRegex("aggregation_seconds +0\n")); // the longest key
    EXPECT_THAT(text, testing::ContainsRegex("global +F32 +3 +3 +12\n"));
    EXPECT_THAT(text, HasSubstr("seed = 5\n"));
}

/// A packing that no stage has.
class Unknown final : public Packing {
public:
    std::uint8_t number() const override { return 99; }
    const char* name() const override { return "unknown"; }
    std::vector<std::byte> pack(std::span<const std::byte> bytes) const override {
        return {bytes.begin(), bytes.end()};
    }
    bool unpack(std::span<const std::byte>, std::span<std::byte>) const override { return false; }
    std::uint64_t most(std::uint64_t packed) const override { return packed; }
};

/// What is packed is shown as what it is, and by what it was packed.
TEST(Inspect, ShowsAPackedMessage) {
    const TemporaryFolder folder;
    const std::vector<std::byte> bytes = encode(samples::golden_message());
    const std::vector<std::byte> small = packed(DeflatePacking(), bytes);
    const auto write = [&](const std::vector<std::byte>& what) {
        spill(folder / "m", {reinterpret_cast<const char*>(what.data()), what.size()});
    };
    write(small);
    const std::string text = inspect(folder / "m");
    EXPECT_THAT(text, testing::StartsWith("uplink message\n"));
    EXPECT_THAT(text, HasSubstr("bytes                " + std::to_string(small.size())));
    EXPECT_THAT(text, testing::ContainsRegex("packed +deflate, from 112 bytes\n"));
    EXPECT_THAT(text, testing::ContainsRegex("round +7\n"));
    EXPECT_THAT(text, testing::Not(HasSubstr("the rest")));
    write(packed(Unknown(), bytes));
    EXPECT_THAT(error_of([&] { inspect(folder / "m"); }),
                HasSubstr("packed by packing 99, which no stage of this program reads"));
}

/// Of an entropy coder, what is coded and what stands as it is.
TEST(Inspect, ShowsThePartsOfACodedMessage) {
    const TemporaryFolder folder;
    Message message = samples::golden_message();
    message.tensors = {{Encoding::mask, 32'000}, {Encoding::float32, 2}};
    message.mask.assign(1'000, 0x0100'0010);
    const std::vector<std::byte> bytes = packed(RansPacking(), encode(message));
    spill(folder / "m", {reinterpret_cast<const char*>(bytes.data()), bytes.size()});
    const std::string text = inspect(folder / "m");
    EXPECT_THAT(text, testing::ContainsRegex("packed +rANS, from 4,068 bytes\n"));
    EXPECT_THAT(text, testing::ContainsRegex("mask +1,[0-9]{3} bytes, from 4,000\n"));
    EXPECT_THAT(text, testing::ContainsRegex("the rest +12 bytes, as they are\n"));
    const auto json = nlohmann::json::parse(inspect_json(folder / "m"));
    EXPECT_EQ(json["unpacked_bytes"], 4'068);
    EXPECT_EQ(json["parts"][1]["name"], "mask");
    EXPECT_EQ(json["parts"][1]["unpacked_bytes"], 4'000);
    EXPECT_EQ(json["parts"][1]["coded"], true);
    std::size_t all = 21; // the wrapper, and how it is packed
    for (const auto& part : json["parts"]) all += part["bytes"].get<std::size_t>();
    EXPECT_EQ(json["bytes"], all);
}

/// Every type of the format, one of tomorrow, a scalar and an empty tensor.
TEST(Inspect, ShowsAnySafetensors) {
    const TemporaryFolder folder;
    const std::string header = R"({"a":{"dtype":"I64","shape":[2],"data_offsets":[0,16]},)"
                               R"("b":{"dtype":"BOOL","shape":[3],"data_offsets":[16,19]},)"
                               R"("c":{"dtype":"F16","shape":[],"data_offsets":[19,21]},)"
                               R"("d":{"dtype":"F8_E4M3","shape":[0,5],"data_offsets":[21,21]},)"
                               R"("e":{"dtype":"X7","shape":[4],"data_offsets":[21,27]}})";
    const std::uint64_t length = header.size();
    spill(folder / "f",
          std::string(reinterpret_cast<const char*>(&length), 8) + header + std::string(27, '\0'));
    const std::string text = inspect(folder / "f");
    EXPECT_THAT(text, testing::ContainsRegex("a +I64 +2 +2 +16\n"));
    EXPECT_THAT(text, testing::ContainsRegex("b +BOOL +3 +3 +3\n"));
    EXPECT_THAT(text, testing::ContainsRegex("c +F16 +scalar +1 +2\n"));
    EXPECT_THAT(text, testing::ContainsRegex("d +F8_E4M3 +0×5 +0 +0\n"));
    EXPECT_THAT(text, testing::ContainsRegex("e +X7 +4 +4 +6\n"));
}

TEST(Inspect, RefusesAnythingElse) {
    const TemporaryFolder folder;
    spill(folder / "x", "hello");
    EXPECT_THAT(error_of([&] { inspect(folder / "x"); }), HasSubstr("/x: "));
    EXPECT_THAT(error_of([&] { inspect(folder / "none"); }), HasSubstr("cannot read"));
}

} // namespace
} // namespace fedmrn
