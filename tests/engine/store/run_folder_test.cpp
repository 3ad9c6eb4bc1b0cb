// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#include "engine/store/run_folder.hpp"

#include <cerrno>
#include <memory>

#include <gmock/gmock.h>

#include "engine/config/run_file.hpp"
#include "engine/config/same_run.hpp"
#include "engine/store/metrics_file.hpp"
#include "engine/store/summary.hpp"
#include "tests/support/run_files.hpp"

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
        if (!finished) return;
        Summary summary;
        summary.rounds = round;
        write_summary(folder.summary_file(), summary);
        spill(folder.model_file(), "a model");
        spill(folder.chart_file(), "a picture");
    }

    TemporaryFolder temporary;
    Config config;
};

TEST_F(Folder, IsMadeAndHoldsTheResolvedConfig) {
    RunFolder folder(config, false);
    EXPECT_FALSE(fs::exists(folder.config_file()));
    folder.begin(config, 0);
    EXPECT_EQ(slurp(folder.config_file()), std::string(run_config_mark) + "\n\n" + to_toml(config));
    EXPECT_TRUE(is_run_config(folder.config_file()));
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
    EXPECT_EQ(slurp(folder.config_file()), std::string(run_config_mark) + "\n\n" + to_toml(config));
    EXPECT_TRUE(is_run_config(folder.config_file()));
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
    EXPECT_TRUE(fs::exists(folder.summary_file())); // until the longer run has its own
    EXPECT_TRUE(fs::exists(folder.model_file()));
}

TEST_F(Folder, ARunEndsWhereItsRoundsAreDone) {
    trained(4);
    config.experiment.rounds = 3;
    EXPECT_EQ(error_of([&] { RunFolder(config, true); }),
              config.experiment.out + ": cannot resume: 4 rounds are done, expected "
                                      "experiment.rounds of at least as many, found 3");
    config.experiment.rounds = 4;
    EXPECT_FALSE(RunFolder(config, true).finished());
}

/// Whatever result was removed: the run is not finished, so that it is written again.
TEST_F(Folder, AMissingResultIsNotFinished) {
    config.experiment.rounds = 2;
    trained(2, true);
    for (const char* name : {"summary.json", "model.safetensors", "accuracy.svg"}) {
        const fs::path file = fs::path(config.experiment.out) / name;
        const std::string text = slurp(file);
        EXPECT_TRUE(RunFolder(config, true).finished());
        fs::remove(file);
        EXPECT_FALSE(RunFolder(config, true).finished()) << name;
        spill(file, text);
    }
    config.experiment.per_client = true;
    EXPECT_FALSE(RunFolder(config, true).finished());
}

/// A file of a run's names that no run has written stays as it is.
TEST_F(Folder, ForeignFilesAreRefused) {
    fs::create_directories(config.experiment.out);
    const fs::path folder = config.experiment.out;
    for (const char* name : {"config.toml", "metrics.jsonl", "summary.json", "accuracy.svg",
                             "model.safetensors", "clients.csv", "clients.svg"})
        for (const bool resume : {false, true}) {
            spill(folder / name, "mine\n");
            const std::string error = error_of([&] { RunFolder(config, resume); });
            EXPECT_THAT(error, testing::AnyOf(HasSubstr("choose another folder with --out"),
                                              HasSubstr("already holds a run")))
                << name;
            EXPECT_EQ(slurp(folder / name), "mine\n");
            fs::remove(folder / name);
        }
    EXPECT_NO_THROW(RunFolder(config, false));
}

/// Nor does a run write over the file that it is started with, unless that is its own.
TEST_F(Folder, TheInputIsNotWrittenOver) {
    RunFolder(config, false).begin(config, 0); // ended before its first round
    const fs::path own = fs::path(config.experiment.out) / "config.toml";
    EXPECT_THAT(error_of([&] { RunFolder(config, false, own); }),
                HasSubstr("would write over the file that it is started with"));
    EXPECT_NO_THROW(RunFolder(config, true, own));
    EXPECT_NO_THROW(RunFolder(config, false, temporary / "elsewhere.toml"));
}

/// Many cluster file systems have none: a warning, and the run goes on.
TEST(FolderLock, WithoutLocksItWarns) {
    const TemporaryFolder folder;
    for (const int error : {ENOSYS, ENOLCK, EOPNOTSUPP}) {
        static int number;
        number = error;
        const FolderLock lock(folder.path(), [](int, int) {
            errno = number;
            return -1;
        });
        EXPECT_THAT(lock.warning(), HasSubstr("this file system has no locks"));
    }
    EXPECT_EQ(FolderLock(folder.path()).warning(), "");
    EXPECT_THAT(error_of(
                    [&] {
                        FolderLock(folder.path(), [](int, int) {
                            errno = EIO;
                            return -1;
                        });
                    },
                    Fault::run),
                HasSubstr("cannot lock"));
}

/// The file of a lock goes with it. Whoever opened it before that has locked nothing that others
/// see, and takes the file that stands there now.
TEST(FolderLock, IsOfTheFileThatIsThere) {
    const TemporaryFolder folder;
    static fs::path file;
    file = folder / ".fedmrn.lock";
    static int calls;
    calls = 0;
    {
        const FolderLock lock(folder.path(), [](int descriptor, int how) {
            if (++calls == 1) fs::remove(file); // its last holder ends here
            return ::flock(descriptor, how);
        });
        EXPECT_EQ(calls, 2);
        EXPECT_TRUE(fs::exists(file));
        EXPECT_THAT(error_of([&] { FolderLock(folder.path()); }), HasSubstr("another process"));
    }
    EXPECT_TRUE(fs::is_empty(folder.path()));
}

/// Several may hold it together, and nobody alone meanwhile; it stays until one does.
TEST(FolderLock, IsHeldTogetherOrAlone) {
    const TemporaryFolder folder;
    const auto together = [&] {
        return FolderLock(folder.path(), ::flock, FolderLock::Hold::together);
    };
    {
        const FolderLock one = together(), two = together();
        EXPECT_THAT(error_of([&] { FolderLock(folder.path()); }), HasSubstr("another process"));
    }
    {
        const FolderLock alone(folder.path());
        EXPECT_THAT(error_of([&] { together(); }), HasSubstr("another process"));
    }
    EXPECT_TRUE(fs::is_empty(folder.path()));
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
