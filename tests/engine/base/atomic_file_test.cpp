// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#include "engine/base/atomic_file.hpp"

#include <cerrno>
#include <csignal>
#include <cstring>

#include <fcntl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <gmock/gmock.h>

#include "engine/base/file.hpp"
#include "tests/support/run_files.hpp"

namespace fedmrn {
namespace {

namespace fs = std::filesystem;

std::size_t files_in(const fs::path& folder) {
    return static_cast<std::size_t>(std::distance(fs::directory_iterator(folder), {}));
}

TEST(AtomicFile, ReplacesAndLeavesNothingElse) {
    const TemporaryFolder folder;
    write_atomically(folder / "f", "first, the longer one");
    write_atomically(folder / "f", "second");
    EXPECT_EQ(slurp(folder / "f"), "second");
    EXPECT_EQ(files_in(folder.path()), 1U);
    write_atomically(folder / "empty", "");
    EXPECT_EQ(read_file(folder / "empty").size(), 0U);
}

TEST(AtomicFile, AKilledWritersRestIsOverwritten) {
    const TemporaryFolder folder;
    spill(temporary_of(folder / "f"), std::string(1000, 'x'));
    write_atomically(folder / "f", "new");
    EXPECT_EQ(slurp(folder / "f"), "new");
    EXPECT_EQ(files_in(folder.path()), 1U);
}

/// In a child, so that the limit is its own. Exit status 0: the error was as it should be.
int with_file_limit(rlim_t bytes, const fs::path& path, const std::string& text) {
    const pid_t child = ::fork();
    if (child == 0) {
        std::signal(SIGXFSZ, SIG_IGN); // write(2) then fails with EFBIG, as it does with ENOSPC
        const rlimit limit{bytes, bytes};
        if (::setrlimit(RLIMIT_FSIZE, &limit) != 0) ::_exit(3);
        try {
            write_atomically(path, text);
        } catch (const Error& error) {
            const std::string expected = path.string() + ": cannot write: " + std::strerror(EFBIG);
            ::_exit(error.what() == expected && error.fault() == Fault::run ? 0 : 2);
        }
        ::_exit(1);
    }
    int status = 0;
    ::waitpid(child, &status, 0);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

TEST(AtomicFile, AFullDiskLeavesTheOldFile) {
    const TemporaryFolder folder;
    write_atomically(folder / "f", "old");
    EXPECT_EQ(with_file_limit(4096, folder / "f", std::string(10000, 'x')), 0);
    EXPECT_EQ(slurp(folder / "f"), "old");
    EXPECT_EQ(files_in(folder.path()), 1U);
}

TEST(AtomicFile, WriteFullyReportsAFullDevice) {
    const Descriptor full(::open("/dev/full", O_WRONLY));
    if (!full.open()) GTEST_SKIP() << "no /dev/full here";
    const std::string text = "x";
    EXPECT_FALSE(write_fully(full.get(), reinterpret_cast<const std::byte*>(text.data()), 1));
    EXPECT_EQ(errno, ENOSPC);
}

TEST(AtomicFile, RefusesWhatIsNoFile) {
    const TemporaryFolder folder;
    EXPECT_THAT(error_of([&] { write_atomically(folder / "none/f", "x"); }, Fault::run),
                testing::EndsWith("none/f: cannot write: No such file or directory"));
    EXPECT_THAT(error_of([&] { write_atomically(folder.path(), "x"); }, Fault::run),
                testing::EndsWith("not a regular file"));
    EXPECT_THAT(error_of([&] { write_atomically("/dev/null", "x"); }, Fault::run),
                testing::EndsWith("not a regular file"));
    fs::create_directory(temporary_of(folder / "f")); // the temporary cannot be opened
    spill(folder / "f", "old");
    error_of([&] { write_atomically(folder / "f", "new"); }, Fault::run);
    EXPECT_EQ(slurp(folder / "f"), "old");
}

TEST(AtomicFile, APathWithoutAFolderIsInTheCurrentOne) {
    const TemporaryFolder folder;
    const fs::path before = fs::current_path();
    fs::current_path(folder.path());
    EXPECT_NO_THROW(write_atomically("f", "x"));
    fs::current_path(before);
    EXPECT_EQ(slurp(folder / "f"), "x");
}

} // namespace
} // namespace fedmrn
