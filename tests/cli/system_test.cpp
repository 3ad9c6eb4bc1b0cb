// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
// What the system refuses: one line that says what, and nothing half made.

#include <algorithm>
#include <cerrno>

#include <gmock/gmock.h>
#include <sys/syscall.h>

#include "tests/cli/command.hpp"
#include "tests/cli/refusal.hpp"
#include "tests/support/places.hpp"
#include "tests/support/run_files.hpp"

namespace fedmrn {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;

class System : public testing::Test {
protected:
    [[nodiscard]] Outcome run(const std::string& out, long call, int error) const {
        return fedmrn(folder.path(), {"run", experiment, "--out", out},
                      [=] { refuse_call(call, error); });
    }
    [[nodiscard]] bool is_there(const std::string& name) const { return fs::exists(folder / name); }
    const std::string experiment = test::test_data() + "/../experiments/perceptron.toml";
    TemporaryFolder folder;
};

TEST_F(System, WithoutLocksARunGoesOnWithAWarning) {
    for (const int error : {ENOSYS, ENOLCK, EOPNOTSUPP}) {
        const Outcome end = run("r" + std::to_string(error), SYS_flock, error);
        EXPECT_EQ(end.status, 0) << end.err;
        EXPECT_EQ(end.err, "");
        EXPECT_THAT(end.out, HasSubstr("warning: r" + std::to_string(error) +
                                       ": this file system has no locks ("));
        EXPECT_TRUE(is_there("r" + std::to_string(error) + "/summary.json"));
    }
    const Outcome end = run("broken", SYS_flock, EIO);
    EXPECT_EQ(end.status, 1);
    EXPECT_EQ(end.err, "fedmrn: broken: cannot lock: Input/output error\n");
}

/// One warning for all runs of a comparison.
TEST_F(System, WithoutLocksAComparisonWarnsOnce) {
    spill(folder / "c.toml", slurp(experiment) + "[compare]\nseeds = [1, 2, 3]\n"
                                                 "[[compare.method]]\n");
    const Outcome end = fedmrn(folder.path(), {"compare", "c.toml", "--out", "all"},
                               [] { refuse_call(SYS_flock, ENOLCK); });
    EXPECT_EQ(end.status, 0) << end.err;
    const std::string words = "this file system has no locks";
    const std::size_t first = end.out.find(words);
    ASSERT_NE(first, std::string::npos);
    EXPECT_EQ(end.out.find(words, first + 1), std::string::npos) << end.out;
}

/// A machine, or a container, that has no more threads: not a fault of the program.
TEST_F(System, NoThreadIsOneLine) {
    const Outcome end = fedmrn(folder.path(), {"run", experiment, "--out", "none"}, [] {
        setenv("ASAN_OPTIONS", "detect_leaks=0", 1); // looking for leaks takes a thread
        refuse_call(SYS_clone3, EAGAIN);
        refuse_call(SYS_clone, EAGAIN);
    });
    EXPECT_EQ(end.status, 1);
    EXPECT_EQ(end.err, "fedmrn: no thread could be started: Resource temporarily unavailable "
                       "(ulimit -u, or a limit of the container)\n");
    EXPECT_FALSE(is_there("none"));
}

/// Each step of writing a file, failing as on a full or broken disk: one line, and the same command
/// runs to its end afterwards.
TEST_F(System, WhatCannotBeWrittenIsOneLine) {
    const struct {
        long call;
        int error;
        std::string words;
    } cases[] = {{SYS_fsync, EIO, "config.toml: cannot write: Input/output error"},
                 {SYS_rename, ENOSPC, "config.toml: cannot write: No space left on device"},
                 {SYS_fdatasync, ENOSPC, "metrics.jsonl: cannot write: No space left on device"},
                 {SYS_mkdir, EROFS, ": cannot make this folder: Read-only file system"}};
    for (const auto& [call, error, words] : cases) {
        const Outcome end = run("r", call, error);
        EXPECT_EQ(end.status, 1) << words;
        EXPECT_THAT(end.err, testing::EndsWith(words + "\n"));
        EXPECT_EQ(std::count(end.err.begin(), end.err.end(), '\n'), 1) << end.err;
        EXPECT_EQ(is_there("r"), call == SYS_fdatasync) << words;
        const Outcome again = fedmrn(folder.path(), {"run", experiment, "--out", "r", "--resume"});
        EXPECT_EQ(again.status, 0) << again.err;
        EXPECT_TRUE(is_there("r/summary.json"));
        fs::remove_all(folder / "r");
    }
}

} // namespace
} // namespace fedmrn
