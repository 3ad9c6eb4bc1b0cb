// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
// What a run comes to must not depend on how often it was stopped, nor on its lanes.

#include <algorithm>
#include <chrono>
#include <csignal>
#include <fstream>
#include <thread>

#include <gmock/gmock.h>
#include <nlohmann/json.hpp>

#include "tests/cli/command.hpp"
#include "tests/support/places.hpp"
#include "tests/support/run_files.hpp"

namespace fedmrn {
namespace {

namespace fs = std::filesystem;

using Words = std::vector<std::string>;

class Resume : public testing::Test {
protected:
    /// perceptron.toml, long enough to be stopped on the way.
    static Words words(const Words& more) {
        Words all{"run", test::test_data() + "/../experiments/perceptron.toml", "--set",
                  "experiment.rounds=150"};
        all.insert(all.end(), more.begin(), more.end());
        return all;
    }
    nlohmann::json summary(const std::string& run) {
        std::ifstream in(folder / run / "summary.json");
        return in ? nlohmann::json::parse(in) : nlohmann::json{{"model_hash", "none: " + run}};
    }
    /// Waits until so many rounds stand in a run's metrics.
    void wait_for_rounds(const std::string& run, long rounds) {
        const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(120);
        while (std::chrono::steady_clock::now() < end) {
            const std::string text = slurp(folder / run / "metrics.jsonl");
            if (std::count(text.begin(), text.end(), '\n') >= rounds) return;
            std::this_thread::sleep_for(std::chrono::milliseconds(1));
        }
        FAIL() << run << " did not get to round " << rounds;
    }
    void expect_same_run(const std::string& run) {
        const auto a = summary("whole"), b = summary(run);
        for (const char* key : {"model_hash", "rounds", "final_accuracy", "best_accuracy",
                                "uplink_bytes", "downlink_bytes", "float32_bytes"})
            EXPECT_EQ(a[key], b[key]) << run << " " << key;
        const std::string text = slurp(folder / run / "metrics.jsonl");
        EXPECT_EQ(std::count(text.begin(), text.end(), '\n'), 150);
        EXPECT_EQ(slurp(folder / run / "model.safetensors"),
                  slurp(folder / "whole/model.safetensors"));
    }
    void whole() {
        const Outcome end =
            fedmrn(folder.path(), words({"--out", "whole", "--set", "experiment.lanes=1"}));
        ASSERT_EQ(end.status, 0) << end.err;
    }
    TemporaryFolder folder;
};

TEST_F(Resume, AfterKillTheModelIsTheSame) {
    whole();
    const Words more{"--out", "killed", "--set", "experiment.checkpoint_every=3", "--resume"};
    for (const long rounds : {4L, 30L, 61L}) { // not at a checkpoint, more than once
        Command command(folder.path(), words(more));
        wait_for_rounds("killed", rounds);
        command.signal(SIGKILL);
        ASSERT_EQ(command.wait().status, -SIGKILL);
    }
    const Outcome end = fedmrn(folder.path(), words(more));
    ASSERT_EQ(end.status, 0) << end.err;
    EXPECT_THAT(end.out, testing::HasSubstr("resumed"));
    expect_same_run("killed");
}

TEST_F(Resume, SignalsEndWithACheckpointAndTheirStatus) {
    whole();
    for (const int number : {SIGINT, SIGTERM}) {
        const std::string run = number == SIGINT ? "int" : "term";
        // A checkpoint comes from the signal alone.
        const Words more{"--out", run, "--set", "experiment.checkpoint_every=1000"};
        Command command(folder.path(), words(more));
        wait_for_rounds(run, 5);
        command.signal(number);
        const Outcome end = command.wait();
        EXPECT_EQ(end.status, 128 + number) << end.err;
        EXPECT_EQ(end.err, "");
        EXPECT_THAT(end.out,
                    testing::ContainsRegex("stopped by SIG(INT|TERM) after round [0-9]+ of 150"));
        EXPECT_TRUE(fs::exists(folder / run / "checkpoint.safetensors"));
        EXPECT_FALSE(fs::exists(folder / run / "summary.json"));
        Words on = more;
        on.push_back("--resume");
        EXPECT_EQ(fedmrn(folder.path(), words(on)).status, 0);
        expect_same_run(run);
    }
}

TEST_F(Resume, LanesChangeNothing) {
    whole();
    for (const char* lanes : {"2", "3"}) {
        const std::string run = std::string("lanes") + lanes;
        const Outcome end =
            fedmrn(folder.path(),
                   words({"--out", run, "--set", std::string("experiment.lanes=") + lanes}));
        ASSERT_EQ(end.status, 0) << end.err;
        expect_same_run(run);
    }
}

/// A teacher may lie elsewhere, but has to be the same.
TEST_F(Resume, AnotherTeacherIsRefused) {
    const auto taught = [&](const std::string& teacher, const char* rounds, const Words& more) {
        Words all = words({"--out", "taught", "--set", "stage.name=distil", "--set",
                           "stage.distil.teacher=" + teacher + "/model.safetensors", "--set",
                           std::string("experiment.rounds=") + rounds});
        all.insert(all.end(), more.begin(), more.end());
        return fedmrn(folder.path(), all);
    };
    for (const std::string seed : {"1", "2"}) {
        const Outcome end =
            fedmrn(folder.path(), words({"--out", "teacher" + seed, "--set", "experiment.rounds=2",
                                         "--set", "experiment.seed=" + seed}));
        ASSERT_EQ(end.status, 0) << end.err;
    }
    ASSERT_EQ(taught("teacher1", "4", {}).status, 0);
    const Outcome other = taught("teacher2", "6", {"--resume"});
    EXPECT_EQ(other.status, 2);
    EXPECT_THAT(other.err, testing::HasSubstr("taught: cannot resume: the teacher's weights are "
                                              "others than those that the run began with"));
    fs::rename(folder / "teacher1", folder / "moved");
    const Outcome end = taught("moved", "6", {"--resume"});
    EXPECT_EQ(end.status, 0) << end.err;
    EXPECT_THAT(end.out, testing::HasSubstr("resumed"));
    fs::remove_all(folder / "moved");
    const Outcome gone = taught("moved", "8", {"--resume"});
    EXPECT_EQ(gone.status, 2);
    EXPECT_THAT(gone.err, testing::HasSubstr("stage.distil.teacher: moved/model.safetensors: "
                                             "cannot read: No such file or directory"));
}

TEST_F(Resume, ARunCanGrow) {
    whole();
    Words shorter{"--out", "grown", "--set", "experiment.rounds=20"};
    ASSERT_EQ(fedmrn(folder.path(), words(shorter)).status, 0);
    const Outcome end = fedmrn(folder.path(), words({"--out", "grown", "--resume"}));
    ASSERT_EQ(end.status, 0) << end.err;
    expect_same_run("grown");
}

TEST_F(Resume, OneProcessAFolder) {
    Command first(folder.path(), words({"--out", "r", "--set", "experiment.rounds=100000"}));
    wait_for_rounds("r", 1);
    const TemporaryFolder elsewhere;
    const Outcome second = fedmrn(
        elsewhere.path(),
        words({"--out", (folder / "r").string(), "--resume", "--set", "experiment.rounds=100000"}));
    EXPECT_EQ(second.status, 2);
    EXPECT_THAT(second.err, testing::HasSubstr("another process is running in this folder"));
    first.signal(SIGKILL);
    first.wait();
}

/// A thousand redraws of a partition that cannot be met take minutes: a signal ends them at once,
/// and nothing is left behind.
TEST_F(Resume, ASignalEndsTheDrawingOfAPartition) {
    const Words slow{"--set", "data.samples=1000000",
                     "--set", "data.clients=100000",
                     "--set", "data.partition=labeldir",
                     "--set", "data.beta=0.01",
                     "--out", "drawn"};
    for (const int number : {SIGINT, SIGTERM}) {
        Command command(folder.path(), words(slow));
        std::this_thread::sleep_for(std::chrono::milliseconds(1500));
        const auto before = std::chrono::steady_clock::now();
        command.signal(number);
        const Outcome end = command.wait();
        EXPECT_EQ(end.status, 128 + number);
        EXPECT_THAT(end.out, testing::HasSubstr("before training began"));
        EXPECT_LT(std::chrono::steady_clock::now() - before, std::chrono::seconds(10));
        EXPECT_FALSE(fs::exists(folder / "drawn"));
    }
}

/// Advice names what was set.
TEST_F(Resume, AServersRateThatDivergesIsNamed) {
    const Outcome end = fedmrn(folder.path(), words({"--out", "far", "--set", "method.name=fedavg",
                                                     "--set", "server.lr=1000000"}));
    EXPECT_EQ(end.status, 1);
    EXPECT_THAT(end.err, testing::HasSubstr("lower client.lr = 0.1 or server.lr = 1e+06"));
}

} // namespace
} // namespace fedmrn
