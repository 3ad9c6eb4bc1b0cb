// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
// What lies in a folder stays there until something better takes its place.

#include <set>

#include <sys/stat.h>

#include <gmock/gmock.h>
#include <nlohmann/json.hpp>

#include "tests/cli/command.hpp"
#include "tests/support/places.hpp"
#include "tests/support/run_files.hpp"

namespace fedmrn {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;
using Words = std::vector<std::string>;

class RunsFolder : public testing::Test {
protected:
    Outcome run(const Words& more) const {
        Words all{"run", "t.toml"};
        all.insert(all.end(), more.begin(), more.end());
        return fedmrn(folder.path(), all);
    }
    RunsFolder() {
        std::string text = slurp(test::test_data() + "/../experiments/perceptron.toml");
        spill(folder / "t.toml", text + "[server]\neval_every = 3\n");
    }
    [[nodiscard]] nlohmann::json summary(const std::string& run) const {
        return nlohmann::json::parse(slurp(folder / run / "summary.json"));
    }
    /// metrics.jsonl without its times.
    [[nodiscard]] std::string metrics(const std::string& run) const {
        std::istringstream lines(slurp(folder / run / "metrics.jsonl"));
        std::string text;
        for (std::string line; std::getline(lines, line);) {
            auto json = nlohmann::ordered_json::parse(line);
            for (const char* name : {"train_seconds", "message_seconds", "aggregation_seconds",
                                     "evaluation_seconds", "checkpoint_seconds", "seconds"})
                json.erase(name);
            text += json.dump() + '\n';
        }
        return text;
    }
    TemporaryFolder folder;
};

/// The input in the run's place, and a foreign file of one of its names.
TEST_F(RunsFolder, ForeignFilesStay) {
    fs::create_directories(folder / "a");
    fs::copy_file(folder / "t.toml", folder / "a/config.toml");
    spill(folder / "a/model.safetensors", "mine\n");
    const std::string input = slurp(folder / "a/config.toml");
    for (const Words& words : {Words{"run", "config.toml", "--out", "."},
                               Words{"run", "config.toml", "--out", ".", "--resume"},
                               Words{"run", "../t.toml", "--out", "."}}) {
        const Outcome end = fedmrn(folder / "a", words);
        EXPECT_EQ(end.status, 2);
        EXPECT_THAT(end.err, HasSubstr("choose another folder with --out"));
        EXPECT_EQ(slurp(folder / "a/config.toml"), input);
        EXPECT_EQ(slurp(folder / "a/model.safetensors"), "mine\n");
    }
}

/// A run that ended with round 7 and was made longer is the run that was that long from the start.
TEST_F(RunsFolder, AnExtendedRunIsAStraightOne) {
    ASSERT_EQ(run({"--out", "grown", "--set", "experiment.rounds=7"}).status, 0);
    ASSERT_EQ(run({"--out", "grown", "--set", "experiment.rounds=9", "--resume"}).status, 0);
    ASSERT_EQ(run({"--out", "straight", "--set", "experiment.rounds=9"}).status, 0);
    EXPECT_EQ(metrics("grown"), metrics("straight"));
    EXPECT_EQ(slurp(folder / "grown/accuracy.svg"), slurp(folder / "straight/accuracy.svg"));
    for (const char* key : {"final_accuracy", "best_accuracy", "messages", "uplink_bytes",
                            "model_hash", "data_hash", "rounds"})
        EXPECT_EQ(summary("grown")[key], summary("straight")[key]) << key;
}

/// Results stay while a longer run is under way, and the run may end with what is done.
TEST_F(RunsFolder, AStoppedRunCanBeConcluded) {
    ASSERT_EQ(run({"--out", "b", "--set", "experiment.rounds=4"}).status, 0);
    const std::string before = slurp(folder / "b/summary.json");
    Command longer(folder.path(), {"run", "t.toml", "--out", "b", "--resume", "--set",
                                   "experiment.rounds=1000000"});
    while (slurp(folder / "b/metrics.jsonl").find("\"round\":8,") == std::string::npos) {
    }
    longer.signal(SIGINT);
    const Outcome end = longer.wait();
    EXPECT_EQ(end.status, 130);
    EXPECT_EQ(slurp(folder / "b/summary.json"), before);
    EXPECT_TRUE(fs::exists(folder / "b/model.safetensors"));
    const std::string words = "experiment.rounds=";
    const std::size_t at = end.out.find("--resume --set " + words);
    ASSERT_NE(at, std::string::npos) << end.out;
    const std::string rounds =
        end.out.substr(at + 15 + words.size(), end.out.find(' ', at + 20) - at - 15 - words.size());
    EXPECT_EQ(run({"--out", "b", "--resume", "--set", words + "3"}).status, 2);
    ASSERT_EQ(run({"--out", "b", "--resume", "--set", words + rounds}).status, 0);
    EXPECT_EQ(summary("b")["rounds"], std::stoi(rounds));
    ASSERT_EQ(run({"--out", "straight", "--set", words + rounds}).status, 0);
    EXPECT_EQ(metrics("b"), metrics("straight"));
    EXPECT_EQ(summary("b")["final_accuracy"], summary("straight")["final_accuracy"]);
}

TEST_F(RunsFolder, ADeletedResultIsWrittenAgain) {
    ASSERT_EQ(run({"--out", "b", "--per-client"}).status, 0);
    for (const char* name :
         {"summary.json", "model.safetensors", "accuracy.svg", "clients.csv", "clients.svg"}) {
        const std::string text = slurp(folder / "b" / name);
        fs::remove(folder / "b" / name);
        ASSERT_EQ(run({"--out", "b", "--per-client", "--resume"}).status, 0) << name;
        ASSERT_TRUE(fs::exists(folder / "b" / name)) << name;
        if (std::string(name) != "summary.json") { // which has times
            EXPECT_EQ(slurp(folder / "b" / name), text);
        }
    }
}

TEST_F(RunsFolder, ACopyIsARunOfItsOwn) {
    ASSERT_EQ(run({"--out", "c"}).status, 0);
    fs::copy(folder / "c", folder / "c-copy", fs::copy_options::recursive);
    const std::string before = slurp(folder / "c/metrics.jsonl");
    ASSERT_EQ(fedmrn(folder.path(),
                     {"run", "c-copy/config.toml", "--resume", "--set", "experiment.rounds=25"})
                  .status,
              0);
    EXPECT_EQ(slurp(folder / "c/metrics.jsonl"), before);
    EXPECT_EQ(summary("c")["rounds"], 20);
    EXPECT_EQ(summary("c-copy")["rounds"], 25);
}

/// Other data under the same name are noticed, the same data under another name are not.
TEST_F(RunsFolder, DataAreKnownByWhatTheyAre) {
    ASSERT_EQ(fedmrn(folder.path(), {"data", "t.toml", "--save", "one.json"}).status, 0);
    const Words base{"--out", "d", "--set", "data.partition=file", "--set"};
    const auto with = [&](const std::string& file, const Words& more) {
        Words all = base;
        all.push_back("data.partition_file=" + file);
        all.insert(all.end(), more.begin(), more.end());
        return run(all);
    };
    ASSERT_EQ(with("one.json", {}).status, 0);
    fs::rename(folder / "one.json", folder / "two.json");
    EXPECT_EQ(with("two.json", {"--resume", "--set", "experiment.rounds=21"}).status, 0);
    ASSERT_EQ(fedmrn(folder.path(),
                     {"data", "t.toml", "--save", "two.json", "--set", "experiment.seed=2"})
                  .status,
              0);
    const Outcome end = with("two.json", {"--resume", "--set", "experiment.rounds=22"});
    EXPECT_EQ(end.status, 2);
    EXPECT_THAT(end.err, HasSubstr("cannot resume: the "));
    EXPECT_EQ(summary("d")["rounds"], 21);
}

/// Metrics that look like a run's but have no run's configuration beside them are somebody's.
TEST_F(RunsFolder, ForeignMetricsStay) {
    const std::string mine = "{\"round\":1,\"mine\":true}\n";
    fs::create_directories(folder / "a");
    spill(folder / "a/metrics.jsonl", mine);
    for (const Words& words : {Words{"--out", "a"}, Words{"--out", "a", "--resume"}}) {
        EXPECT_EQ(run(words).status, 2);
        EXPECT_EQ(slurp(folder / "a/metrics.jsonl"), mine);
        EXPECT_EQ(std::distance(fs::directory_iterator(folder / "a"), {}), 1);
    }
}

/// A folder holds the run's files and no others, and what could not begin leaves none.
TEST_F(RunsFolder, NothingElseIsLeft) {
    ASSERT_EQ(run({"--out", "a/b"}).status, 0);
    std::set<std::string> names;
    for (const auto& entry : fs::directory_iterator(folder / "a/b"))
        names.insert(entry.path().filename());
    EXPECT_EQ(names, (std::set<std::string>{"accuracy.svg", "checkpoint.safetensors", "config.toml",
                                            "metrics.jsonl", "model.safetensors", "summary.json"}));
    EXPECT_EQ(run({"--out", "c/d/e", "--set", "data.name=mnist", "--set", "data.path=none"}).status,
              2);
    EXPECT_FALSE(fs::exists(folder / "c"));
}

TEST_F(RunsFolder, ADamagedSummaryIsWrittenAgain) {
    ASSERT_EQ(run({"--out", "b"}).status, 0);
    const auto hash = summary("b")["model_hash"];
    spill(folder / "b/summary.json", "{\"rounds\": 2");
    EXPECT_EQ(fedmrn(folder.path(), {"report", "b"}).status, 2);
    ASSERT_EQ(run({"--out", "b", "--resume"}).status, 0);
    EXPECT_EQ(summary("b")["model_hash"], hash);
}

/// A report draws over drawings alone, and says so before anything else.
TEST_F(RunsFolder, AReportDrawsOverDrawingsAlone) {
    ASSERT_EQ(run({"--out", "b"}).status, 0);
    for (const char* name : {"config.toml", "metrics.jsonl", "summary.json", "model.safetensors",
                             "checkpoint.safetensors"}) {
        const fs::path file = folder / "b" / name;
        const std::string before = slurp(file);
        const Outcome end = fedmrn(folder.path(), {"report", "b", "--svg", file});
        EXPECT_EQ(end.status, 2) << name;
        EXPECT_EQ(end.out, "");
        EXPECT_THAT(end.err, HasSubstr("exists and is no SVG"));
        EXPECT_EQ(slurp(file), before) << name;
    }
    for (int time = 0; time < 2; ++time)
        EXPECT_EQ(fedmrn(folder.path(), {"report", "b", "--svg", "new.svg"}).status, 0);
}

TEST_F(RunsFolder, SavingAPartitionWritesOverNoOtherFile) {
    const std::string before = slurp(folder / "t.toml");
    EXPECT_EQ(fedmrn(folder.path(), {"data", "t.toml", "--save", "t.toml"}).status, 2);
    EXPECT_EQ(slurp(folder / "t.toml"), before);
    spill(folder / "notes.json", "{}");
    EXPECT_EQ(fedmrn(folder.path(), {"data", "t.toml", "--save", "notes.json"}).status, 2);
    EXPECT_EQ(slurp(folder / "notes.json"), "{}");
    ASSERT_EQ(mkfifo((folder / "pipe").c_str(), 0600), 0); // nobody writes: reading it never ends
    EXPECT_EQ(fedmrn(folder.path(), {"data", "t.toml", "--save", "pipe"}).status, 2);
    EXPECT_TRUE(fs::is_fifo(folder / "pipe"));
}

} // namespace
} // namespace fedmrn
