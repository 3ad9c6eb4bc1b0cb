// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
// What a run writes down of itself: figures, times, data and program.

#include <algorithm>
#include <csignal>
#include <fstream>
#include <thread>

#include <gmock/gmock.h>
#include <nlohmann/json.hpp>

#include "fedmrn/version.hpp"
#include "tests/cli/command.hpp"
#include "tests/support/places.hpp"
#include "tests/support/run_files.hpp"

namespace fedmrn {
namespace {

namespace fs = std::filesystem;

using nlohmann::json;
using testing::HasSubstr;
using Words = std::vector<std::string>;

const std::string experiments = test::test_data() + "/../experiments/";

class Books : public testing::Test {
protected:
    /// fedmrn run … --out out, with these settings.
    [[nodiscard]] Words words(const std::string& file, const std::string& out,
                              const Words& settings) const {
        Words all{"run", file, "--out", out};
        for (const std::string& setting : settings) {
            if (!setting.starts_with("--")) all.push_back("--set");
            all.push_back(setting);
        }
        return all;
    }
    Outcome run(const std::string& out, const Words& settings) const {
        return fedmrn(folder.path(), words(experiments + "perceptron.toml", out, settings));
    }
    [[nodiscard]] json summary(const std::string& out) const {
        std::ifstream in(folder / out / "summary.json");
        return json::parse(in);
    }
    [[nodiscard]] std::vector<json> metrics(const std::string& out) const {
        std::vector<json> rounds;
        std::ifstream in(folder / out / "metrics.jsonl");
        for (std::string line; std::getline(in, line);) rounds.push_back(json::parse(line));
        return rounds;
    }
    TemporaryFolder folder;
};

TEST_F(Books, FiguresAreOfTheMessages) {
    ASSERT_EQ(run("r", {"network.dropout=0.5", "experiment.rounds=30"}).status, 0);
    const json s = summary("r");
    std::uint64_t messages = 0, uplink = 0;
    for (const json& round : metrics("r")) {
        messages += round["messages"].get<std::uint64_t>();
        uplink += round["uplink_bytes"].get<std::uint64_t>();
        EXPECT_EQ(round["messages"].get<int>(), 5 - round["dropped"].get<int>());
    }
    EXPECT_LT(messages, 120U); // of 150
    EXPECT_EQ(s["messages"], messages);
    EXPECT_EQ(s["uplink_bytes"], uplink);
    EXPECT_EQ(s["float32_bytes"], messages * 132 * 4);
    EXPECT_EQ(uplink, messages * 124) << "all of one size";
    EXPECT_DOUBLE_EQ(s["uplink_bits_per_parameter"].get<double>(), 124 * 8 / 132.0);
    const Outcome report = fedmrn(folder.path(), {"report", "r"});
    EXPECT_THAT(report.out, testing::ContainsRegex(" 124 +1/4\\.3 +7\\.515 "));
}

/// Of both processes: the parts are within the whole, and the whole within the wall's.
TEST_F(Books, TimesAreAllOfTheRun) {
    const auto sum = [](const json& of) {
        double total = 0;
        for (const char* part : {"train_seconds", "message_seconds", "aggregation_seconds",
                                 "evaluation_seconds", "checkpoint_seconds"}) {
            EXPECT_GE(of[part].get<double>(), 0) << part;
            total += of[part].get<double>();
        }
        return total;
    };
    const std::string every = "experiment.checkpoint_every=2";
    const auto start = std::chrono::steady_clock::now();
    ASSERT_EQ(run("r", {every, "experiment.rounds=10"}).status, 0);
    const double first = summary("r")["seconds"];
    ASSERT_EQ(run("r", {every, "experiment.rounds=20", "--resume"}).status, 0);
    const std::chrono::duration<double> both = std::chrono::steady_clock::now() - start;
    const json s = summary("r");
    double lines = 0;
    for (const json& round : metrics("r")) {
        const auto number = round["round"].get<int>();
        const auto all = round["seconds"].get<double>();
        EXPECT_LE(sum(round), all + 1e-9) << number;
        // A line has the checkpoint before it; the one after round 10 is of the process before.
        EXPECT_EQ(round["checkpoint_seconds"].get<double>() > 0,
                  number % 2 == 1 && number != 1 && number != 11)
            << number;
        lines += all;
    }
    const auto all = s["seconds"].get<double>();
    EXPECT_LE(lines, all);
    EXPECT_LE(all, both.count());
    EXPECT_GT(all, first / 2);
    EXPECT_LE(sum(s), all);
    EXPECT_GT(s["checkpoint_seconds"].get<double>(), 0);
}

TEST_F(Books, ASummarySaysWhatMadeIt) {
    ASSERT_EQ(run("r", {"experiment.rounds=1"}).status, 0);
    const json first = summary("r");
    EXPECT_EQ(first["version"], version());
    EXPECT_NE(first["compiler"], "");
    EXPECT_THAT(first["commit"].get<std::string>(),
                testing::MatchesRegex("([0-9a-f]{12,40}(-dirty)?)?"));
    EXPECT_EQ(first["device"], "cpu");
    EXPECT_NE(first["processor"], "");
    EXPECT_THAT(first["data_hash"].get<std::string>(),
                testing::MatchesRegex("[0-9a-f]{8}-[0-9a-f]{8}-[0-9a-f]{8}"));
    const auto time =
        testing::MatchesRegex("[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z");
    EXPECT_THAT(first["started"].get<std::string>(), time);
    EXPECT_THAT(first["finished"].get<std::string>(), time);
    std::this_thread::sleep_for(std::chrono::milliseconds(1100));
    ASSERT_EQ(run("r", {"experiment.rounds=2", "--resume"}).status, 0);
    EXPECT_EQ(summary("r")["started"], first["started"]);
    EXPECT_GT(summary("r")["finished"], first["finished"]);
}

/// What clients keep between rounds is part of a checkpoint.
TEST_F(Books, ClientsMemorySurvivesAKill) {
    const std::string file = experiments + "million-clients.toml";
    const Words settings{"method.name=stc", "experiment.rounds=60", "data.samples=3000",
                         "data.clients=3000", "client.cohort=100"};
    ASSERT_EQ(fedmrn(folder.path(), words(file, "whole", settings)).status, 0);
    Words more = settings;
    more.insert(more.end(), {"experiment.checkpoint_every=3", "--resume"});
    for (const long rounds : {5L, 21L, 40L}) {
        Command command(folder.path(), words(file, "killed", more));
        for (int i = 0; i < 60'000; ++i) {
            const std::string text = slurp(folder / "killed/metrics.jsonl");
            if (std::count(text.begin(), text.end(), '\n') >= rounds) break;
            std::this_thread::sleep_for(std::chrono::milliseconds(1));
        }
        command.signal(SIGKILL);
        ASSERT_EQ(command.wait().status, -SIGKILL);
    }
    const Outcome end = fedmrn(folder.path(), words(file, "killed", more));
    ASSERT_EQ(end.status, 0) << end.err;
    for (const char* key : {"model_hash", "data_hash", "messages", "uplink_bytes", "best_accuracy"})
        EXPECT_EQ(summary("killed")[key], summary("whole")[key]) << key;
    const std::string checkpoint = (folder / "killed/checkpoint.safetensors").string();
    EXPECT_THAT(fedmrn(folder.path(), {"inspect", checkpoint}).out,
                testing::ContainsRegex("memory +F32 +[0-9,]+×120 "));
}

} // namespace
} // namespace fedmrn
