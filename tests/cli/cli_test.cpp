// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <nlohmann/json.hpp>

#include "fedmrn/version.hpp"
#include "tests/cli/command.hpp"
#include "tests/support/places.hpp"
#include "tests/support/run_files.hpp"

namespace fedmrn {
namespace {

using testing::HasSubstr;

const std::string perceptron = test::test_data() + "/../experiments/perceptron.toml";

class Cli : public testing::Test {
protected:
    /// The one line on standard error, without "fedmrn: " and its end; nothing on standard output.
    std::string refused(const std::vector<std::string>& arguments, int status = 2) {
        const Outcome end = fedmrn(folder.path(), arguments);
        EXPECT_EQ(end.status, status) << end.err;
        EXPECT_EQ(end.out, "");
        EXPECT_THAT(end.err, testing::StartsWith("fedmrn: "));
        EXPECT_EQ(end.err.find('\n'), end.err.size() - 1) << end.err;
        return end.err.substr(std::min<std::size_t>(8, end.err.size()));
    }
    TemporaryFolder folder;
};

TEST_F(Cli, Version) {
    const Outcome end = fedmrn(folder.path(), {"--version"});
    EXPECT_EQ(end.status, 0);
    EXPECT_EQ(end.out, std::string("fedmrn ") + version() + "\n");
}

TEST_F(Cli, HelpHasExamplesAndEveryCommand) {
    const Outcome end = fedmrn(folder.path(), {"--help"});
    EXPECT_EQ(end.status, 0);
    for (const char* word : {"Examples:", "run", "compare", "data", "inspect", "aggregate",
                             "devices", "report", "keys", "--version"})
        EXPECT_THAT(end.out, HasSubstr(word));
    const Outcome of_run = fedmrn(folder.path(), {"run", "--help"});
    for (const char* word : {"--set", "--device", "--out", "--profile", "--keep-messages",
                             "--keep-rounds", "--per-client", "--resume"})
        EXPECT_THAT(of_run.out, HasSubstr(word));
}

TEST_F(Cli, WrongUseIsOneLineAndStatus2) {
    EXPECT_EQ(refused({"rum"}),
              "unknown command \"rum\"; expected run, compare, data, inspect, aggregate, export, "
              "devices, "
              "report, "
              "keys, datasets, partitions, models, losses, methods, optimizers, samplers, stages, "
              "metrics or layers; "
              "did you mean run?\n");
    refused({});
    refused({"run"});
    refused({"run", perceptron, "--frobnicate"});
    refused({"run", perceptron, "--device", "tpu"});
    refused({"--resume"});
}

TEST_F(Cli, WhatCannotBeProfiledIsOneLineAndStatus2) {
    const auto profile = [&](const std::string& rounds) {
        return refused({"run", perceptron, "--device", "cpu", "--profile", rounds});
    };
    for (const char* rounds : {"3", "0:2", "3:2", "1:2x", "a:b", ":", "1:", "-1:2", "1:4294967296"})
        EXPECT_EQ(profile(rounds), std::string("--profile: expected FIRST:LAST, two rounds from 1 "
                                               "on, found \"") +
                                       rounds + "\"\n");
    for (const char* rounds : {"2:3", "1:1", "1:4294967295"})
        EXPECT_THAT(profile(rounds), HasSubstr("profiled rounds: only a CUDA device is profiled"));
}

TEST_F(Cli, BadConfigurationsAreOneLineAndStatus2) {
    EXPECT_EQ(refused({"run", "none.toml"}), "none.toml: cannot read: No such file or directory\n");
    spill(folder / "x.toml", "[client]\n\nepoch = 3\n");
    EXPECT_EQ(
        refused({"run", "x.toml"}),
        "x.toml:3: unknown key client.epoch; expected cohort, epochs, "
        "batch, lr, schedule, decay_rounds, momentum, weight_decay, l2 or proximal; did you mean "
        "epochs?\n");
    EXPECT_THAT(refused({"data", "x.toml"}), HasSubstr("x.toml:3: "));
    EXPECT_EQ(refused({"run", perceptron, "--set", "client.lr=-1"}),
              "--set client.lr=-1: client.lr: expected a number in (0, 1000000], found -1\n");
    EXPECT_THAT(refused({"run", perceptron, "--set", "client.cohort=6"}),
                HasSubstr("expected at most data.clients = 5, found 6"));
    spill(folder / "y.toml", "[client\n");
    EXPECT_THAT(refused({"run", "y.toml"}), HasSubstr("y.toml:1: not TOML: "));
    EXPECT_FALSE(std::filesystem::exists(folder / "runs"));
}

TEST_F(Cli, MissingDataLeavesNoRunBehind) {
    spill(folder / "x.toml", "[data]\npath = 'nowhere'\n");
    refused({"run", "x.toml"});
    EXPECT_THAT(refused({"run", "x.toml"}), testing::Not(HasSubstr("already holds a run")));
}

TEST_F(Cli, ShowsThePartition) {
    const Outcome end = fedmrn(folder.path(), {"data", perceptron});
    EXPECT_EQ(end.status, 0) << end.err;
    EXPECT_NE(end.out, "");
}

/// A data set of LEAF's layout: a user's samples are 80 letters and the one that follows.
class CliWithUsers : public Cli {
protected:
    CliWithUsers() {
        std::filesystem::create_directories(folder / "leaf/train");
        std::filesystem::create_directories(folder / "leaf/test");
        for (const char* split : {"train", "test"})
            spill(folder / "leaf" / split / "a.json", leaf({{"ANNE", 5}, {"BOB", 3}, {"CID", 0}}));
        spill(folder / "leaf/train/b.json", leaf({{"DOT", 4}}));
        spill(folder / "x.toml", "[experiment]\nrounds = 3\ndevice = 'cpu'\nout = 'r'\n"
                                 "[data]\nname = 'leaf-shakespeare'\npath = 'leaf'\n"
                                 "partition = 'natural'\n"
                                 "[client]\ncohort = 2\n[model]\nname = 'mlp'\n");
    }
    static std::string leaf(const std::vector<std::pair<std::string, int>>& users) {
        nlohmann::json file;
        for (const auto& [name, samples] : users) {
            file["users"].push_back(name);
            file["num_samples"].push_back(samples);
            nlohmann::json& user = file["user_data"][name];
            user = {{"x", nlohmann::json::array()}, {"y", nlohmann::json::array()}};
            for (int i = 0; i < samples; ++i) {
                user["x"].push_back(std::string(80 - i, ' ') + std::string(i, 'a'));
                user["y"].push_back(std::string(1, static_cast<char>('a' + i)));
            }
        }
        return file.dump();
    }
};

TEST_F(CliWithUsers, ShowsThemAsClients) {
    const Outcome end = fedmrn(folder.path(), {"data", "x.toml"});
    EXPECT_EQ(end.status, 0) << end.err;
    EXPECT_THAT(end.out, HasSubstr("  users        3\n"));
    EXPECT_THAT(end.out, HasSubstr("  clients      3, which hold 12 samples\n"));
    const Outcome two = fedmrn(folder.path(), {"data", "x.toml", "--set", "data.clients=2"});
    EXPECT_THAT(two.out, HasSubstr("  clients      2, which hold 8 samples; 4 unused\n"));
    EXPECT_EQ(refused({"data", "x.toml", "--set", "data.clients=4"}),
              "[data] clients = 4: leaf-shakespeare has 3 users with training samples, expected at "
              "most as many, or 0 for all of them\n");
    EXPECT_THAT(refused({"data", perceptron, "--set", "data.partition=natural"}),
                HasSubstr("synthetic does not say whose its samples are"));
}

TEST_F(CliWithUsers, TrainThemAndGoOn) {
    const Outcome end = fedmrn(folder.path(), {"run", "x.toml"});
    EXPECT_EQ(end.status, 0) << end.err;
    EXPECT_THAT(end.out, HasSubstr("3 clients (natural), 2 a round"));
    const Outcome more =
        fedmrn(folder.path(), {"run", "r/config.toml", "--resume", "--set", "experiment.rounds=4"});
    EXPECT_EQ(more.status, 0) << more.err;
    const Outcome report = fedmrn(folder.path(), {"report", "r"});
    EXPECT_EQ(report.status, 0) << report.err;
    EXPECT_THAT(refused({"run", "x.toml", "--out", "s", "--set", "client.cohort=4"}),
                HasSubstr("client.cohort: expected at most the number of clients (3), found 4"));
    EXPECT_THAT(refused({"run", "x.toml", "--out", "t", "--set", "model.name=cnn4"}),
                HasSubstr("cnn4"));
}

TEST_F(CliWithUsers, AFileOfTheirsIsNamed) {
    spill(folder / "leaf/train/b.json", "{\"users\": [\"DOT\"");
    EXPECT_EQ(refused({"data", "x.toml"}),
              "leaf/train/b.json: truncated: the JSON ends in its middle\n");
}

TEST_F(Cli, ListsDevices) {
    const Outcome end = fedmrn(folder.path(), {"devices"});
    EXPECT_EQ(end.status, 0) << end.err;
    EXPECT_THAT(end.out, testing::StartsWith("cpu "));
    EXPECT_THAT(end.out, HasSubstr("auto: "));
}

#ifdef FEDMRN_WITH_CUDA
constexpr bool built_with_cuda = true;
#else
constexpr bool built_with_cuda = false;
#endif

/// On a machine whose GPUs, if it has any, are hidden: the driver then tells of none.
class CliWithoutGpu : public Cli {
protected:
    CliWithoutGpu() { setenv("CUDA_VISIBLE_DEVICES", "", 1); }
    ~CliWithoutGpu() override { unsetenv("CUDA_VISIBLE_DEVICES"); }
    const std::string none = "no CUDA device was found: ";
    const std::string not_built = "this build has none, configure with -DFEDMRN_CUDA=ON";
};

TEST_F(CliWithoutGpu, AskedForIsOneLineAndStatus2) {
    const std::string line = refused({"run", perceptron, "--device", "cuda"});
    EXPECT_THAT(line, testing::StartsWith("experiment.device = \"cuda\": " + none));
    EXPECT_THAT(line, testing::EndsWith("; use \"cpu\" or \"auto\"\n"));
    EXPECT_EQ(line.find(not_built) == std::string::npos, built_with_cuda) << line;
    EXPECT_FALSE(std::filesystem::exists(folder / "runs"));
}

TEST_F(CliWithoutGpu, AutoTakesTheCpuAndSaysWhy) {
    const std::string why = built_with_cuda ? none : none + not_built;
    const Outcome end = fedmrn(
        folder.path(), {"run", perceptron, "--device", "auto", "--set", "experiment.rounds=1"});
    ASSERT_EQ(end.status, 0) << end.err;
    EXPECT_THAT(end.out, testing::ContainsRegex("device +cpu.*; " + why));
    EXPECT_THAT(fedmrn(folder.path(), {"devices"}).out, HasSubstr("auto: cpu, " + why));
}

TEST_F(CliWithoutGpu, TheCpuIsTakenBecauseItWasAskedFor) {
    const Outcome end = fedmrn(
        folder.path(), {"run", perceptron, "--device", "cpu", "--set", "experiment.rounds=1"});
    ASSERT_EQ(end.status, 0) << end.err;
    EXPECT_THAT(end.out, testing::ContainsRegex("device +cpu.*; asked for"));
}

TEST_F(Cli, RunsReportsAndInspects) {
    const Outcome end = fedmrn(folder.path(), {"run", perceptron, "--set", "experiment.rounds=3"});
    ASSERT_EQ(end.status, 0) << end.err;
    EXPECT_EQ(end.err, "");
    EXPECT_THAT(end.out, HasSubstr("round 3/3"));
    EXPECT_THAT(end.out, HasSubstr("runs/perceptron"));
    for (const char* file : {"config.toml", "metrics.jsonl", "summary.json", "model.safetensors",
                             "checkpoint.safetensors", "accuracy.svg"})
        EXPECT_TRUE(std::filesystem::exists(folder / "runs/perceptron" / file)) << file;

    EXPECT_THAT(refused({"run", perceptron}),
                HasSubstr("already holds a run; continue it with --resume"));
    const Outcome again =
        fedmrn(folder.path(), {"run", perceptron, "--set", "experiment.rounds=3", "--resume"});
    EXPECT_EQ(again.status, 0) << again.err;
    EXPECT_THAT(again.out, HasSubstr("finished already"));
    EXPECT_THAT(refused({"run", perceptron, "--resume", "--set", "client.lr=0.7"}),
                HasSubstr("client.lr was 0.1 and is 0.7 now"));

    const Outcome report = fedmrn(folder.path(), {"report", "runs/perceptron", "--svg", "all.svg"});
    EXPECT_EQ(report.status, 0) << report.err;
    EXPECT_THAT(slurp(folder / "all.svg"), HasSubstr("FedMRN (binary mask)"));
    for (const char* file : {"model.safetensors", "checkpoint.safetensors"})
        EXPECT_EQ(fedmrn(folder.path(), {"inspect", std::string("runs/perceptron/") + file}).status,
                  0);
    EXPECT_THAT(refused({"inspect", "runs/perceptron/config.toml"}), HasSubstr("config.toml: "));
    EXPECT_THAT(refused({"report", "runs"}), HasSubstr("runs: no finished run here"));
}

} // namespace
} // namespace fedmrn
