// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
// A signal is heeded while data are read, however slow they come.

#include <chrono>
#include <csignal>
#include <thread>

#include <gmock/gmock.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tests/cli/command.hpp"
#include "tests/support/run_files.hpp"

namespace fedmrn {
namespace {

namespace fs = std::filesystem;

class Loading : public testing::Test {
protected:
    Loading() {
        ::mkfifo((folder / "data.npz").c_str(), 0600); // nobody ever writes to it
        const std::string text = "[data]\nname = 'npz'\npath = 'data.npz'\n[model]\nname = 'mlp'\n";
        spill(folder / "t.toml", text);
        spill(folder / "c.toml", text + "[compare]\nseeds = [1, 2]\n[[compare.method]]\n");
    }
    /// How a command ends that is stopped while it waits for the data; how long that took.
    Outcome stopped(const std::vector<std::string>& words, int number) {
        Command command(folder.path(), words, [] { ::alarm(20); }); // rather than wait for ever
        std::this_thread::sleep_for(std::chrono::milliseconds(500));
        const auto before = std::chrono::steady_clock::now();
        command.signal(number);
        const Outcome end = command.wait();
        EXPECT_LT(std::chrono::steady_clock::now() - before, std::chrono::seconds(1)) << words[0];
        EXPECT_EQ(end.err, "");
        return end;
    }
    TemporaryFolder folder;
};

TEST_F(Loading, OfARunIsStoppedAndNothingIsLeft) {
    for (const int number : {SIGINT, SIGTERM}) {
        const Outcome end = stopped({"run", "t.toml", "--out", "a/b/c"}, number);
        EXPECT_EQ(end.status, 128 + number);
        EXPECT_EQ(end.out, std::string("stopped by ") + (number == SIGINT ? "SIGINT" : "SIGTERM") +
                               " before training began\n");
        EXPECT_FALSE(fs::exists(folder / "a"));
    }
}

TEST_F(Loading, OfAComparisonIsStoppedAndGoesOnLater) {
    for (int time = 0; time < 2; ++time) {
        const Outcome end = stopped({"compare", "c.toml", "--out", "all"}, SIGTERM);
        EXPECT_EQ(end.status, 128 + SIGTERM);
        EXPECT_THAT(end.out, testing::HasSubstr("the same command goes on from there"));
        EXPECT_FALSE(fs::exists(folder / "all/iid"));
    }
}

TEST_F(Loading, OfDataThatAreShownIsStopped) {
    EXPECT_EQ(stopped({"data", "t.toml"}, SIGINT).status, 128 + SIGINT);
}

} // namespace
} // namespace fedmrn
