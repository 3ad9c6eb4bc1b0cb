// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#include "engine/run/run_folder.hpp"

#include <memory>

#include <gmock/gmock.h>

#include "engine/run/config.hpp"
#include "engine/run/metrics_file.hpp"
#include "tests/engine/run/helpers.hpp"

namespace fedmrn {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;

class Folder : public testing::Test {
protected:
    Folder() { config.experiment.out = (temporary / "a/run").string(); }

    /// A process that trained to this round and then ended.
    void trained(std::uint32_t round, bool finished = false) {
        RunFolder folder(config, false);
        folder.begin(config, 0);
        MetricsLog log(folder.metrics_file());
        for (std::uint32_t i = 1; i <= round + 1; ++i) { // one more than the checkpoint
            RoundMetrics metrics;
            metrics.round = i;
            log.append(metrics);
        }
        Checkpoint checkpoint;
        checkpoint.state.round = round;
        checkpoint.state.global = {1};
        checkpoint.config = to_toml(config);
        write_checkpoint(folder.checkpoint_file(), checkpoint);
        if (finished) spill(folder.summary_file(), "{}");
    }

    TemporaryFolder temporary;
    Config config;
};

TEST_F(Folder, IsMadeAndHoldsTheResolvedConfig) {
    RunFolder folder(config, false);
    EXPECT_FALSE(fs::exists(folder.config_file()));
    folder.begin(config, 0);
    EXPECT_EQ(slurp(folder.config_file()), to_toml(config));
}

TEST_F(Folder, ARunIsNotOverwritten) {
    trained(1);
    EXPECT_EQ(error_of([&] { RunFolder(config, false); }),
              config.experiment.out + ": already holds a run; continue it with --resume or choose "
                                      "another folder with --out");
}

TEST_F(Folder, NothingIsLeftWhereNothingBegan) {
    { const RunFolder folder(config, false); }
    EXPECT_FALSE(fs::exists(config.experiment.out));
    fs::create_directories(config.experiment.out);
    { const RunFolder folder(config, false); }
    EXPECT_TRUE(fs::exists(config.experiment.out)) << "it was not ours to remove";
}

TEST_F(Folder, WhatFailedBeforeItsFirstRoundIsNoRun) {
    RunFolder(config, false).begin(config, 0);
    EXPECT_NO_THROW(RunFolder(config, false));
}

TEST_F(Folder, ResumeGoesOnAtTheCheckpoint) {
    trained(2);
    config.experiment.rounds += 5;
    config.experiment.lanes = 3;
    RunFolder folder(config, true);
    ASSERT_TRUE(folder.checkpoint());
    EXPECT_EQ(folder.checkpoint()->state.round, 2U);
    EXPECT_FALSE(folder.finished());
    folder.begin(config, 2);
    EXPECT_EQ(read_metrics(folder.metrics_file()).size(), 2U);
    EXPECT_EQ(slurp(folder.config_file()), to_toml(config));
}

TEST_F(Folder, ResumeOfAnotherExperimentIsRefusedAndChangesNothing) {
    trained(2);
    const std::string before = slurp(fs::path(config.experiment.out) / "metrics.jsonl");
    config.client.lr = 0.5;
    EXPECT_THAT(error_of([&] { RunFolder(config, true); }),
                HasSubstr("cannot resume: client.lr was 0.1 and is 0.5 now"));
    EXPECT_EQ(slurp(fs::path(config.experiment.out) / "metrics.jsonl"), before);
}

TEST_F(Folder, ResumeWithoutACheckpointStartsAtTheBeginning) {
    EXPECT_FALSE(RunFolder(config, true).checkpoint()); // nothing at all
    trained(2);
    fs::remove(fs::path(config.experiment.out) / "checkpoint.safetensors");
    RunFolder folder(config, true);
    EXPECT_FALSE(folder.checkpoint());
    folder.begin(config, 0);
    EXPECT_FALSE(fs::exists(folder.metrics_file()));
}

TEST_F(Folder, ResumeChecksTheConfigWithoutACheckpointToo) {
    trained(2);
    fs::remove(fs::path(config.experiment.out) / "checkpoint.safetensors");
    config.experiment.seed = 9;
    EXPECT_THAT(error_of([&] { RunFolder(config, true); }),
                HasSubstr("experiment.seed was 1 and is 9"));
}

TEST_F(Folder, AFinishedRunIsKnownAndCanGrow) {
    config.experiment.rounds = 2;
    trained(2, true);
    EXPECT_TRUE(RunFolder(config, true).finished());
    config.experiment.rounds = 3;
    RunFolder folder(config, true);
    EXPECT_FALSE(folder.finished());
    folder.begin(config, 2);
    EXPECT_FALSE(fs::exists(folder.summary_file())); // of the shorter run
}

TEST_F(Folder, KilledBetweenTheLastCheckpointAndTheSummaryIsNotFinished) {
    config.experiment.rounds = 2;
    trained(2, false);
    EXPECT_FALSE(RunFolder(config, true).finished());
}

TEST_F(Folder, ADamagedCheckpointIsOneLine) {
    trained(2);
    const fs::path path = fs::path(config.experiment.out) / "checkpoint.safetensors";
    const std::string whole = slurp(path);
    spill(path, whole.substr(0, whole.size() - 1));
    EXPECT_THAT(error_of([&] { RunFolder(config, true); }), HasSubstr("checkpoint.safetensors: "));
}

TEST_F(Folder, OnlyOneProcessRunsInIt) {
    auto first = std::make_unique<RunFolder>(config, false);
    EXPECT_EQ(error_of([&] { RunFolder(config, false); }),
              config.experiment.out + ": another process is running in this folder");
    first.reset();
    EXPECT_NO_THROW(RunFolder(config, false));
}

TEST_F(Folder, AFileInItsPlaceIsOneLine) {
    spill(temporary / "a", "a file");
    EXPECT_THAT(error_of([&] { RunFolder(config, false); }, Fault::run),
                HasSubstr("cannot make this folder"));
}

} // namespace
} // namespace fedmrn
