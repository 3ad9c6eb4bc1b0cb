// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#include "engine/compare/division.hpp"

#include <algorithm>
#include <fstream>
#include <mutex>
#include <thread>

#include <gmock/gmock.h>

#include "tests/support/run_files.hpp"
#include "tests/support/thread_ranks.hpp"

namespace fedmrn::test {
namespace {

namespace fs = std::filesystem;
using testing::Each;
using testing::IsEmpty;

/// Two partitions with three rows, of which the last is tuned: 2 · (2 + 2 + 3 + 2) runs.
ComparePlan plan_in(const fs::path& folder) {
    return parse_compare("[experiment]\nout = \"" + folder.string() + R"("
rounds = 3
[client]
cohort = 4
[compare]
seeds = [1, 2]
[[compare.partition]]
[[compare.partition]]
partition = "labeldir"
[[compare.method]]
name = "fedavg"
[[compare.method]]
label = "twice"
name = "fedavg"
epochs = 2
[[compare.method]]
label = "tuned"
name = "fedavg"
lr = [0.1, 0.2, 0.3]
)",
                         "x.toml");
}

TEST(Division, TuningComesFirstThenSeedAfterSeed) {
    const TemporaryFolder folder;
    const ComparePlan plan = plan_in(folder.path());
    const std::vector<PlannedRun> runs = runs_of(plan);
    ASSERT_EQ(runs.size(), 18u);
    ASSERT_EQ(runs.size(), plan.runs());
    for (std::size_t r = 0; r < 6; ++r) {
        EXPECT_EQ(runs[r].cell, r < 3 ? 2u : 5u);
        EXPECT_EQ(runs[r].tried, r % 3);
    }
    for (std::size_t r = 6; r < 18; ++r) {
        EXPECT_EQ(runs[r].cell, (r - 6) % 6);
        EXPECT_EQ(runs[r].seed, (r - 6) / 6);
        EXPECT_EQ(runs[r].tried, std::nullopt);
    }
}

/// Every run is one part's; a tuned cell is one part's as a whole; none has much more to do.
TEST(Division, PartsAreAllOfItAndCellsThatAreTunedStayWhole) {
    const TemporaryFolder folder;
    const ComparePlan plan = plan_in(folder.path());
    const std::vector<PlannedRun> runs = runs_of(plan);
    for (const std::uint32_t of : {1u, 2u, 3u, 5u, 40u}) {
        std::vector<std::size_t> part_of(runs.size());
        std::vector<std::size_t> times(runs.size()), work(of);
        for (std::uint32_t number = 1; number <= of; ++number) {
            const auto division = divided(plan, {number, of});
            for (std::size_t r = 0; r < runs.size(); ++r) {
                if (!division->take(r)) continue;
                ++times[r];
                part_of[r] = number;
                work[number - 1] += runs[r].cell % 3 == 1 ? 2 : 1; // epochs
            }
        }
        EXPECT_THAT(times, Each(1));
        for (std::size_t r = 0; r < runs.size(); ++r)
            for (std::size_t other = 0; other < r; ++other)
                if (runs[r].cell % 3 == 2 && runs[r].cell == runs[other].cell) {
                    EXPECT_EQ(part_of[r], part_of[other]) << of;
                }
        if (of <= 5) { // in all 2 · (2 · 1 + 2 · 2 + 5 · 1), the largest piece is 5
            EXPECT_LE(*std::ranges::max_element(work), 22 / of + 5) << of;
            EXPECT_GT(*std::ranges::min_element(work), 0u) << of;
        }
    }
}

TEST(Division, RanksTakeEachRunOnceAndHearHowItEnded) {
    const TemporaryFolder folder;
    const ComparePlan plan = plan_in(folder.path());
    fs::create_directory(folder / ".fedmrn.ranks-of-a-job-that-was-killed");
    std::mutex mutex;
    std::vector<int> times(plan.runs());
    ThreadRanks::run(3, [&](const std::shared_ptr<Communicator>& ranks) {
        const auto division = by_ranks(plan, ranks, {});
        for (std::size_t r = 0; r < plan.runs(); ++r) {
            if (!division->take(r)) continue;
            {
                const std::scoped_lock lock(mutex);
                ++times[r];
            }
            std::this_thread::sleep_for(std::chrono::milliseconds(1)); // for others to be first
            division->end(r, r % 5 == 0 ? RunEnd{false, "it was + 5"} : RunEnd{true, {}});
        }
        for (std::size_t r = 0; r < plan.runs(); ++r) {
            const RunEnd end = division->end_of(r);
            EXPECT_EQ(end.finished, r % 5 != 0);
            EXPECT_EQ(end.failure, r % 5 == 0 ? "it was + 5" : "");
        }
        static_cast<void>(ranks->gather({}));
    });
    EXPECT_THAT(times, Each(1));
    EXPECT_TRUE(fs::is_empty(folder.path())) << "what ranks say goes with them";
}

/// A stop of one is a stop of all: nothing is taken any more, and nobody waits for what will not
/// be.
TEST(Division, AStopOfOneRankIsHeardByAll) {
    const TemporaryFolder folder;
    const ComparePlan plan = plan_in(folder.path());
    ThreadRanks::run(2, [&](const std::shared_ptr<Communicator>& ranks) {
        std::stop_source stop;
        const auto division = by_ranks(plan, ranks, stop.get_token());
        if (ranks->rank() == 1) {
            EXPECT_TRUE(division->take(0));
            stop.request_stop();
            EXPECT_FALSE(division->take(1));
            division->end(0, {});
        }
        static_cast<void>(ranks->gather({}));
        EXPECT_FALSE(division->take(2));
        for (const std::size_t run : {0, 2}) {
            EXPECT_FALSE(division->end_of(run).finished);
            EXPECT_THAT(division->end_of(run).failure, IsEmpty());
        }
        static_cast<void>(ranks->gather({}));
    });
}

/// Each rank has a folder of that name on its own machine.
TEST(Division, AFolderThatRanksDoNotShareIsNamed) {
    const TemporaryFolder one, other;
    ThreadRanks::run(2, [&](const std::shared_ptr<Communicator>& ranks) {
        const ComparePlan plan = plan_in(ranks->rank() == 0 ? one.path() : other.path());
        if (ranks->rank() == 0) {
            by_ranks(plan, ranks, {});
        } else {
            EXPECT_THAT(error_of([&] { by_ranks(plan, ranks, {}); }, Fault::run),
                        testing::HasSubstr("expected a folder that all ranks share"));
        }
    });
}

} // namespace
} // namespace fedmrn::test
