// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
// Output that cannot be written is said, by every command, and nothing is lost with it.

#include <csignal>

#include <fcntl.h>
#include <gmock/gmock.h>
#include <sys/resource.h>
#include <unistd.h>

#include "tests/cli/command.hpp"
#include "tests/support/places.hpp"
#include "tests/support/run_files.hpp"

namespace fedmrn {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;
using Words = std::vector<std::string>;

class Streams : public testing::Test {
protected:
    Streams() {
        const Outcome end = fedmrn(folder.path(), {"run", experiment, "--out", "done"});
        EXPECT_EQ(end.status, 0) << end.err;
        spill(folder / "c.toml", slurp(experiment) + "[compare]\n[[compare.method]]\n");
    }
    /// Each command with something to say.
    [[nodiscard]] std::vector<Words> commands() const {
        return {{"--help"},
                {"--version"},
                {"run", "--help"},
                {"run", experiment, "--out", "done", "--resume"},
                {"run", experiment, "--out", "new"},
                {"compare", "c.toml", "--out", "all"},
                {"data", experiment},
                {"inspect", "done/checkpoint.safetensors"},
                {"devices"},
                {"report", "done"},
                {"keys"}};
    }
    const std::string experiment = test::test_data() + "/../experiments/perceptron.toml";
    TemporaryFolder folder;
};

void to(const char* path, int descriptor) {
    const int file = ::open(path, O_WRONLY);
    ::dup2(file, descriptor);
    ::close(file);
}

TEST_F(Streams, AFullStandardOutputIsOneLine) {
    for (const Words& command : commands()) {
        const Outcome end = fedmrn(folder.path(), command, [] { to("/dev/full", STDOUT_FILENO); });
        EXPECT_EQ(end.status, 1) << command[0];
        EXPECT_EQ(end.err, "fedmrn: standard output: cannot write: No space left on device\n")
            << command[0];
    }
    EXPECT_TRUE(fs::exists(folder / "new/summary.json")) << "a run goes on to its end";
}

TEST_F(Streams, AClosedStandardOutputIsNoFileOfTheRun) {
    for (const Words& command : commands()) {
        const Outcome end = fedmrn(folder.path(), command, [] { ::close(STDOUT_FILENO); });
        EXPECT_EQ(end.status, 1) << command[0];
        EXPECT_EQ(end.err, "fedmrn: standard output: cannot write: Bad file descriptor\n");
    }
    EXPECT_EQ(fedmrn(folder.path(), {"report", "new"}).status, 0);
}

TEST_F(Streams, AReaderThatLeavesEndsItQuietly) {
    for (const Words& command : commands()) {
        const Outcome end = fedmrn(folder.path(), command, [] {
            int ends[2];
            if (::pipe(ends) != 0) ::_exit(96);
            ::dup2(ends[1], STDOUT_FILENO);
            ::close(ends[0]);
            ::close(ends[1]);
        });
        EXPECT_EQ(end.status, 128 + SIGPIPE) << command[0];
        EXPECT_EQ(end.err, "") << command[0];
    }
    EXPECT_TRUE(fs::exists(folder / "new/summary.json"));
}

TEST_F(Streams, AnErrorThatCannotBeSaidKeepsItsStatus) {
    EXPECT_EQ(
        fedmrn(folder.path(), {"report", "none"}, [] { to("/dev/full", STDERR_FILENO); }).status,
        2);
    EXPECT_EQ(fedmrn(folder.path(), {"report", "none"}, [] { ::close(STDERR_FILENO); }).status, 2);
}

/// Files that may not grow, as on a full disk: one line, the checkpoint from before stays, and the
/// run goes on from it.
TEST_F(Streams, AFullDiskLosesNothing) {
    const Words longer{
        "run", experiment, "--out", "done", "--resume", "--set", "experiment.rounds=200"};
    const std::string before = slurp(folder / "done/checkpoint.safetensors");
    for (const rlim_t limit : {300, 700, 3000, 6000}) {
        const Outcome end = fedmrn(folder.path(), longer, [limit] {
            const rlimit size{limit, limit};
            ::setrlimit(RLIMIT_FSIZE, &size);
        });
        EXPECT_EQ(end.status, 1) << limit;
        EXPECT_THAT(end.err, testing::MatchesRegex("fedmrn: [^\n]*: File too large\n")) << limit;
        EXPECT_TRUE(fs::exists(folder / "done/checkpoint.safetensors"));
        for (const auto& entry : fs::directory_iterator(folder / "done"))
            EXPECT_NE(entry.path().extension(), ".tmp") << entry.path();
    }
    const Outcome end = fedmrn(folder.path(), longer);
    EXPECT_EQ(end.status, 0) << end.err;
    const Outcome straight = fedmrn(
        folder.path(), {"run", experiment, "--out", "straight", "--set", "experiment.rounds=200"});
    EXPECT_EQ(straight.status, 0);
    EXPECT_EQ(slurp(folder / "done/model.safetensors"),
              slurp(folder / "straight/model.safetensors"));
}

} // namespace
} // namespace fedmrn
