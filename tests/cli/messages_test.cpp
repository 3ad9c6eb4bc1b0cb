// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
// run --keep-messages, inspect --json and aggregate. That a round's files make its model, bit for
// bit, tests/decode holds for many methods.

#include <set>

#include <gmock/gmock.h>
#include <nlohmann/json.hpp>

#include "tests/cli/command.hpp"
#include "tests/support/run_files.hpp"

namespace fedmrn {
namespace {

using testing::HasSubstr;
using Words = std::vector<std::string>;

const char* const setting = R"([experiment]
rounds = 4
[data]
name = "synthetic"
samples = 90
clients = 5
[client]
cohort = 2
batch = 8
[model]
name = "mlp"
[method]
name = "topk"
)";

class KeptMessages : public testing::Test {
protected:
    KeptMessages() { spill(folder / "t.toml", setting); }
    Outcome run(const Words& more) const {
        Words all{"run", "t.toml", "--device", "cpu"};
        all.insert(all.end(), more.begin(), more.end());
        return fedmrn(folder.path(), all);
    }
    [[nodiscard]] std::string refused(const Words& words) const {
        const Outcome end = fedmrn(folder.path(), words);
        EXPECT_EQ(end.status, 2) << end.err;
        EXPECT_EQ(end.err.find('\n'), end.err.size() - 1) << end.err;
        return end.err;
    }
    [[nodiscard]] std::set<std::string> files(const std::string& name) const {
        std::set<std::string> found;
        for (const auto& file : std::filesystem::directory_iterator(folder / name))
            found.insert(file.path().filename().string());
        return found;
    }
    [[nodiscard]] Words messages(const std::string& of, const std::string& round) const {
        Words found;
        for (const std::string& file : files(of))
            if (file.starts_with("round-" + round + "-client-")) found.push_back(of + "/" + file);
        return found;
    }
    [[nodiscard]] static Words aggregate(Words of, const std::string& model) {
        of.insert(of.begin(), "aggregate");
        of.insert(of.end(), {"--model", model, "--out", "next"});
        return of;
    }
    TemporaryFolder folder;
};

TEST_F(KeptMessages, AreTheLastRoundsUnlessOthersAreAsked) {
    ASSERT_EQ(run({"--out", "a", "--keep-messages", "last"}).status, 0);
    EXPECT_EQ(messages("last", "4").size(), 2U);
    EXPECT_EQ(files("last").size(), 5U); // layout, two states, two messages
    ASSERT_EQ(run({"--out", "b", "--keep-messages", "some", "--keep-rounds", "2:3"}).status, 0);
    EXPECT_EQ(files("some").size(), 8U);
    // A run does not depend on who listens.
    ASSERT_EQ(run({"--out", "c"}).status, 0);
    const auto hash = [&](const char* name) {
        return nlohmann::json::parse(slurp(folder / name / "summary.json"))["model_hash"];
    };
    EXPECT_EQ(hash("a"), hash("c"));
    EXPECT_EQ(hash("b"), hash("c"));
    // Each round makes the next one's state.
    for (const std::string round : {"2", "3"}) {
        const std::string before = std::to_string(std::stoi(round) - 1);
        const Outcome end =
            fedmrn(folder.path(),
                   aggregate(messages("some", round), "some/state-" + before + ".safetensors"));
        EXPECT_EQ(end.status, 0) << end.err;
        EXPECT_EQ(slurp(folder / "next"), slurp(folder / ("some/state-" + round + ".safetensors")));
    }
    EXPECT_THAT(fedmrn(folder.path(), {"inspect", "next"}).out, HasSubstr("kept state"));
}

TEST_F(KeptMessages, GoOnWithAResumedRun) {
    ASSERT_EQ(run({"--out", "a", "--set", "experiment.rounds=2", "--keep-messages", "k"}).status,
              0);
    ASSERT_EQ(run({"--out", "a", "--resume", "--keep-messages", "k"}).status, 0);
    ASSERT_EQ(run({"--out", "b", "--keep-messages", "straight"}).status, 0);
    for (const std::string& file : files("straight"))
        if (!file.starts_with("state-")) { // which name the run's folder
            EXPECT_EQ(slurp(folder / "k" / file), slurp(folder / "straight" / file)) << file;
        }
}

TEST_F(KeptMessages, WhatCannotBeKeptIsOneLine) {
    EXPECT_THAT(refused({"run", "t.toml", "--keep-rounds", "1:2"}), HasSubstr("--keep-messages"));
    EXPECT_THAT(refused({"run", "t.toml", "--keep-messages", "k", "--keep-rounds", "2"}),
                HasSubstr("--keep-rounds: expected FIRST:LAST"));
    EXPECT_THAT(refused({"run", "t.toml", "--keep-messages", "k", "--keep-rounds", "2:5"}),
                HasSubstr("--keep-rounds: 5 is after the last, experiment.rounds = 4"));
    std::filesystem::create_directory(folder / "full");
    spill(folder / "full/mine", "mine");
    EXPECT_THAT(refused({"run", "t.toml", "--keep-messages", "full"}),
                HasSubstr("full: expected an empty folder for messages"));
    EXPECT_FALSE(std::filesystem::exists(folder / "runs/t"));
    ASSERT_EQ(run({}).status, 0);
    EXPECT_THAT(refused({"run", "t.toml", "--resume", "--keep-messages", "k"}),
                HasSubstr("--keep-messages: round 4 is done"));
}

TEST_F(KeptMessages, AggregateRefusesInOneLine) {
    ASSERT_EQ(run({"--out", "a", "--keep-messages", "k", "--keep-rounds", "3:4"}).status, 0);
    const Words third = messages("k", "3");
    const std::string before = "k/state-2.safetensors";
    EXPECT_THAT(refused(aggregate(third, "k/state-3.safetensors")),
                HasSubstr("is of round 3, expected 4"));
    EXPECT_THAT(refused(aggregate({third[0], third[0]}, before)),
                HasSubstr("a second message of client "));
    EXPECT_THAT(refused(aggregate({"t.toml"}, before)), HasSubstr("t.toml: uplink message: "));
    EXPECT_THAT(refused(aggregate(third, "a/checkpoint.safetensors")),
                HasSubstr("it is of the format fedmrn-checkpoint, expected fedmrn-state"));
    EXPECT_THAT(refused(aggregate(third, "none")), HasSubstr("none: "));
    Words weighted = aggregate(third, before);
    weighted.insert(weighted.end(), {"--weights", "w.json"});
    EXPECT_THAT(refused(weighted), HasSubstr("leave --weights away"));
    std::string bytes = slurp(folder / third[0]);
    bytes[60] ^= 1;
    spill(folder / "damaged", bytes);
    EXPECT_THAT(refused(aggregate({"damaged", third[1]}, before)), HasSubstr("damaged: "));

    ASSERT_EQ(
        run({"--out", "w", "--keep-messages", "wk", "--set", "server.sampling=weighted"}).status,
        0);
    EXPECT_THAT(refused(aggregate(messages("wk", "4"), "wk/state-3.safetensors")),
                HasSubstr("give --weights FILE"));
    spill(folder / "w.json", "{\"999\": 1}");
    Words missing = aggregate(messages("wk", "4"), "wk/state-3.safetensors");
    missing.insert(missing.end(), {"--weights", "w.json"});
    EXPECT_THAT(refused(missing), HasSubstr(": no weight of client "));
    EXPECT_FALSE(std::filesystem::exists(folder / "next"));
}

TEST_F(KeptMessages, InspectSpeaksJson) {
    ASSERT_EQ(run({"--out", "a", "--keep-messages", "k"}).status, 0);
    const std::string file = messages("k", "4").front();
    const auto json = nlohmann::json::parse(fedmrn(folder.path(), {"inspect", file, "--json"}).out);
    EXPECT_EQ(json["format"], "fedmrn-message");
    EXPECT_EQ(json["name"], "topk");
    EXPECT_EQ(json["method"], 5);
    EXPECT_EQ(json["round"], 4);
    EXPECT_EQ(json["bytes"], std::filesystem::file_size(folder / file));
    EXPECT_THAT(file, HasSubstr("client-" + json["client"].dump() + ".fmrn"));
    EXPECT_EQ(json["tensors"][0]["name"], "sparse");
    EXPECT_EQ(json["tensors"][0]["ones"], json["tensors"][1]["elements"]);
    const auto state = nlohmann::json::parse(
        fedmrn(folder.path(), {"inspect", "k/state-4.safetensors", "--json"}).out);
    EXPECT_EQ(state["metadata"]["format"], "fedmrn-state");
    EXPECT_EQ(state["tensors"][0]["name"], "global");
}

} // namespace
} // namespace fedmrn
