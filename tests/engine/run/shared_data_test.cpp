// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#include "engine/run/shared_data.hpp"

#include <atomic>
#include <chrono>
#include <thread>

#include <gmock/gmock.h>

#include "fedmrn/error.hpp"
#include "fedmrn/images.hpp"
#include "tests/support/thread_ranks.hpp"

namespace fedmrn::test {
namespace {

std::atomic<int> loaded = 0;
constexpr std::uint64_t slow = 99; ///< a seed whose data take longer than a stop

/// Images, classes, and 1 to 3 tokens a sample, of users.
Dataset everything(const DataConfig&, std::uint64_t seed) {
    ++loaded;
    if (seed == slow) std::this_thread::sleep_for(std::chrono::seconds(1));
    Dataset set;
    set.name = "everything " + std::to_string(seed);
    set.label = "label";
    set.owners = {0, 1, 1};
    set.test_owners = {1, no_owner};
    for (Split* split : {&set.train, &set.test}) {
        const bool train = split == &set.train;
        Images images{{}, {}, {0.5f, 0.25f}, {1.0f, 2.0f}};
        for (std::uint8_t i = 0; i < (train ? 3 : 2); ++i) {
            images.pixels.insert(images.pixels.end(), {i, 7, 8, 9});
            images.labels.push_back(i);
        }
        *split = split_of(images, {1, 2, 2}, 4);
        const std::vector<std::int32_t> tokens =
            train ? std::vector<std::int32_t>{5, 6, 7, 8, 9, 10} : std::vector<std::int32_t>{1, 2};
        const std::vector<std::uint64_t> starts =
            train ? std::vector<std::uint64_t>{0, 1, 3, 6} : std::vector<std::uint64_t>{0, 1, 2};
        split->columns.push_back(
            Column("tokens", {{}, Element::i32, ragged(3)}, tokens, starts, 20));
    }
    return set;
}

/// Whether the registry has it already: a process runs several tests.
const DataConfig& config() {
    static const DataConfig made = [] {
        DatasetEntry entry{{"everything", "Everything", "all that a data set can have", {}}};
        entry.files = false;
        entry.load = everything;
        datasets().add(std::move(entry));
        DataConfig config;
        config.name = "everything";
        return config;
    }();
    return made;
}

void expect_equal(const Split& found, const Split& wanted) {
    ASSERT_EQ(found.columns.size(), wanted.columns.size());
    for (std::size_t c = 0; c < found.columns.size(); ++c) {
        const Column &one = found.columns[c], &other = wanted.columns[c];
        EXPECT_EQ(static_cast<const ColumnType&>(one), static_cast<const ColumnType&>(other));
        EXPECT_TRUE(std::ranges::equal(one.values, other.values)) << one.name;
        EXPECT_TRUE(std::ranges::equal(one.offsets, other.offsets)) << one.name;
        EXPECT_EQ(one.mean, other.mean);
        EXPECT_EQ(one.deviation, other.deviation);
        EXPECT_NE(one.owner, nullptr);
    }
}

TEST(SharedData, IsWhatWasLoadedAndLoadedOnce) {
    const DataConfig& data = config();
    const Dataset wanted = everything(data, 3);
    loaded = 0;
    std::vector<const void*> places(3);
    std::vector<Dataset> kept(3); // what is shared lives on after the ranks
    ThreadRanks::run(3, [&](const std::shared_ptr<Communicator>& ranks) {
        Dataset& found = kept[ranks->rank()];
        found = load_once_a_machine(data, 3, *ranks, {});
        places[ranks->rank()] = found.train.columns[0].values.data();
    });
    EXPECT_EQ(loaded, 1);
    EXPECT_THAT(places, testing::Each(places[0]));
    for (const Dataset& found : kept) {
        EXPECT_EQ(found.name, wanted.name);
        EXPECT_EQ(found.label, wanted.label);
        EXPECT_EQ(found.owners, wanted.owners);
        EXPECT_EQ(found.test_owners, wanted.test_owners);
        expect_equal(found.train, wanted.train);
        expect_equal(found.test, wanted.test);
        check(found);
    }
}

TEST(SharedData, OfAProcessAloneIsItsOwn) {
    loaded = 0;
    const Dataset found = load_once_a_machine(config(), 3, *alone(), {});
    EXPECT_EQ(loaded, 1);
    expect_equal(found.train, everything(config(), 3).train);
}

TEST(SharedData, WhoLoadsIsStoppedForAll) {
    const DataConfig& data = config();
    std::atomic<int> stopped = 0;
    ThreadRanks::run(3, [&](const std::shared_ptr<Communicator>& ranks) {
        std::stop_source stop;
        if (ranks->rank() == 0) stop.request_stop();
        try {
            static_cast<void>(load_once_a_machine(data, slow, *ranks, stop.get_token()));
        } catch (const Stopped&) {
            ++stopped;
        }
    });
    EXPECT_EQ(stopped, 3);
}

} // namespace
} // namespace fedmrn::test
