// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#include "engine/base/signals.hpp"

#include <chrono>

#include <sys/wait.h>
#include <unistd.h>

#include <gtest/gtest.h>

namespace fedmrn {
namespace {

bool stops_soon(const Signals& signals) {
    for (int i = 0; i < 2000 && !signals.token().stop_requested(); ++i)
        std::this_thread::sleep_for(std::chrono::milliseconds(1));
    return signals.token().stop_requested();
}

TEST(Signals, AskForAStop) {
    for (const int number : {SIGINT, SIGTERM}) {
        const Signals signals;
        EXPECT_EQ(signals.number(), 0);
        EXPECT_FALSE(signals.token().stop_requested());
        ::kill(::getpid(), number);
        EXPECT_TRUE(stops_soon(signals));
        EXPECT_EQ(signals.number(), number);
    }
}

TEST(Signals, AreAsBeforeAfterwards) {
    sigset_t before, after;
    pthread_sigmask(SIG_BLOCK, nullptr, &before);
    { const Signals signals; }
    pthread_sigmask(SIG_BLOCK, nullptr, &after);
    EXPECT_EQ(sigismember(&before, SIGINT), sigismember(&after, SIGINT));
}

TEST(Signals, ASecondOneEndsTheProcess) {
    const pid_t child = ::fork();
    if (child == 0) {
        const Signals signals;
        ::kill(::getpid(), SIGTERM);
        if (!stops_soon(signals)) ::_exit(1);
        ::kill(::getpid(), SIGINT);
        std::this_thread::sleep_for(std::chrono::seconds(20));
        ::_exit(2);
    }
    int status = 0;
    ::waitpid(child, &status, 0);
    ASSERT_TRUE(WIFEXITED(status));
    EXPECT_EQ(WEXITSTATUS(status), 130);
}

} // namespace
} // namespace fedmrn
