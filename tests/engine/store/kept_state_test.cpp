// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#include "engine/store/kept_state.hpp"

#include <gmock/gmock.h>

#include "engine/store/checkpoint.hpp"
#include "engine/store/layout_text.hpp"
#include "engine/store/message_folder.hpp"
#include "tests/support/run_files.hpp"

namespace fedmrn {
namespace {

using testing::HasSubstr;

const char* const layout = R"({"tensors": [
 {"name": "a.weight", "role": "masked", "shape": [2, 3]},
 {"name": "a.bias", "role": "dense", "shape": [2]},
 {"name": "b.running_mean", "role": "statistic", "shape": [1]}
]}
)";

KeptState a_state() {
    KeptState kept;
    kept.layout = parse_layout(layout, "l");
    kept.state.round = 4;
    kept.state.global = {1, 2, 3, 4, 5, 6, 7, -0.0f, 9};
    kept.state.moments["velocity"] = {0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8};
    kept.model = "toy";
    kept.config = "[experiment]\nseed = 5\n";
    return kept;
}

TEST(LayoutText, IsReadBack) {
    const ParameterLayout read = parse_layout(layout, "l");
    EXPECT_EQ(read.masked, 6U);
    EXPECT_EQ(read.trainable, 8U);
    EXPECT_EQ(read.state, 9U);
    EXPECT_EQ(read.tensors[2].offset, 8U);
    EXPECT_EQ(read.tensors[2].role, Role::statistic);
    EXPECT_EQ(layout_text(read), layout);
}

TEST(LayoutText, WhatIsNoneIsOneLine) {
    const auto why = [](const std::string& tensors) {
        return error_of([&] { parse_layout("{\"tensors\": [" + tensors + "]}", "l.json"); });
    };
    EXPECT_THAT(error_of([] { parse_layout("{", "l.json"); }), HasSubstr("l.json: not a layout: "));
    EXPECT_THAT(why(R"({"name": "a", "shape": [2]})"), HasSubstr("role"));
    EXPECT_EQ(why(R"({"name": "a", "role": "mask", "shape": [2]})"),
              "l.json: not a layout: role mask, expected masked, dense or statistic");
    EXPECT_EQ(why(R"({"name": "a", "role": "dense", "shape": [2, 0]})"),
              "l.json: not a layout: a: a dimension of 0");
    EXPECT_EQ(why(R"({"name": "a", "role": "dense", "shape": [1048576, 1048576]})"),
              "l.json: not a layout: a: a dimension of 1048576");
    EXPECT_EQ(why(R"({"name": "a", "role": "dense", "shape": []})"),
              "l.json: not a layout: a: no dimension");
    EXPECT_EQ(why(R"({"name": "a", "role": "dense", "shape": [1]},)"
                  R"({"name": "b", "role": "masked", "shape": [1]})"),
              "l.json: not a layout: b: masked tensors come first, statistics last");
}

TEST(KeptState, IsReadBack) {
    const TemporaryFolder folder;
    const KeptState kept = a_state();
    write_kept_state(folder / "s", kept);
    const KeptState read = read_kept_state(folder / "s");
    EXPECT_EQ(read.state.round, 4U);
    EXPECT_EQ(read.state.global, kept.state.global);
    EXPECT_EQ(read.state.moments, kept.state.moments);
    EXPECT_EQ(read.model, "toy");
    EXPECT_EQ(read.config, kept.config);
    EXPECT_EQ(layout_text(read.layout), layout);
    write_kept_state(folder / "again", read);
    EXPECT_EQ(slurp(folder / "again"), slurp(folder / "s"));
}

TEST(KeptState, WhatIsNoneIsOneLine) {
    const TemporaryFolder folder;
    const auto why = [&](const std::string& file) {
        return error_of([&] { read_kept_state(folder / file); });
    };
    spill(folder / "text", "no state\n");
    EXPECT_THAT(why("text"), HasSubstr("not a kept state: expected what run --keep-messages"));
    Checkpoint checkpoint;
    checkpoint.state.global = {1, 2};
    write_checkpoint(folder / "c", checkpoint);
    EXPECT_THAT(why("c"),
                HasSubstr("it is of the format fedmrn-checkpoint, expected fedmrn-state"));
    KeptState short_one = a_state();
    short_one.state.global.pop_back();
    write_kept_state(folder / "short", short_one);
    EXPECT_THAT(why("short"), HasSubstr("8 values, its layout has 9"));
    write_kept_state(folder / "s", a_state());
    std::string bytes = slurp(folder / "s");
    bytes.back() ^= 1;
    spill(folder / "damaged", bytes);
    EXPECT_THAT(why("damaged"), HasSubstr("wrong checksum"));
}

TEST(MessageFolder, HoldsARound) {
    const TemporaryFolder folder;
    MessageFolder kept(folder / "k", false);
    kept.begin(a_state());
    const std::vector<std::byte> bytes = bytes_of("message");
    kept.keep({17, 5, bytes});
    KeptState after = a_state();
    after.state.round = 5;
    kept.end(after);
    EXPECT_EQ(slurp(folder / "k/layout.json"), layout);
    EXPECT_EQ(slurp(folder / "k/round-5-client-17.fmrn"), "message");
    EXPECT_EQ(read_kept_state(folder / "k/state-4.safetensors").state.round, 4U);
    EXPECT_EQ(read_kept_state(folder / "k/state-5.safetensors").state.round, 5U);
    EXPECT_EQ(read_weights(folder / "k/round-5-weights.json"), (ClientWeights{{17, 5}}));

    EXPECT_THAT(error_of([&] { MessageFolder(folder / "k", false); }),
                HasSubstr("expected an empty folder for messages"));
    EXPECT_NO_THROW(MessageFolder(folder / "k", true));
    spill(folder / "w", R"({"seventeen": 5})");
    EXPECT_THAT(error_of([&] { read_weights(folder / "w"); }),
                HasSubstr("expected a client and its weight, found seventeen: 5"));
}

/// Messages that count by their samples leave no weights.
TEST(MessageFolder, HasNoWeightsToSay) {
    const TemporaryFolder folder;
    MessageFolder kept(folder / "k", false);
    kept.begin(a_state());
    kept.keep({17, 0, {}});
    kept.end(a_state());
    EXPECT_FALSE(std::filesystem::exists(folder / "k/round-5-weights.json"));
}

} // namespace
} // namespace fedmrn
