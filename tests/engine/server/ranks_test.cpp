// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#include <atomic>
#include <chrono>
#include <mutex>
#include <thread>

#include <gtest/gtest.h>

#include "experiments.hpp"
#include "tests/support/methods_under_test.hpp"
#include "tests/support/thread_ranks.hpp"

// One experiment on several ranks, which are threads here: what each of them has is what a process
// alone would have.
namespace fedmrn::test {
namespace {

/// What a rank has after some rounds.
struct Outcome {
    ServerState state;
    std::vector<double> numbers; ///< of all rounds and of evaluations
    std::vector<std::vector<std::byte>> messages;
    bool operator==(const Outcome& other) const {
        return state.round == other.state.round && state.global == other.state.global &&
               state.moments == other.state.moments && state.memory == other.state.memory &&
               state.downlink_error == other.state.downlink_error && numbers == other.numbers &&
               messages == other.messages;
    }
};

Outcome outcome(const Config& config, const Dataset& data, std::uint32_t rounds,
                const std::shared_ptr<Communicator>& ranks, const ServerState* from = nullptr) {
    Experiment experiment(config, data, {}, ranks);
    if (from != nullptr) experiment.restore(*from);
    Outcome made;
    experiment.on_message([&](const UplinkMessage& message) {
        made.messages.emplace_back(message.bytes.begin(), message.bytes.end());
    });
    for (std::uint32_t i = 0; i < rounds; ++i) {
        const auto metrics = experiment.run_round();
        for (const double number :
             {metrics->train_loss.value(), metrics->loss.value(),
              static_cast<double>(metrics->samples), static_cast<double>(metrics->uplink_bytes),
              metrics->simulated_seconds})
            made.numbers.push_back(number);
        made.numbers.push_back(metrics->value("accuracy").value());
    }
    for (const Evaluation& client : experiment.evaluate_clients())
        made.numbers.push_back(client.loss);
    made.state = experiment.whole_state();
    return made;
}

void expect_the_same(const Config& config, const Dataset& data, std::uint32_t ranks,
                     const Outcome& wanted, const std::string& what,
                     const ServerState* from = nullptr, std::uint32_t rounds = 2) {
    std::mutex mutex;
    ThreadRanks::run(ranks, [&](const std::shared_ptr<Communicator>& job) {
        const Outcome found = outcome(config, data, rounds, job, from);
        const std::scoped_lock lock(mutex);
        EXPECT_TRUE(found == wanted) << what << ", rank " << job->rank() << " of " << ranks;
    });
}

class Ranks : public ::testing::Test {
protected:
    Config config = [] {
        Config small = perceptron_config();
        small.client.epochs = 2;
        small.client.lr = 0.02;
        small.experiment.lanes = 1;
        return small;
    }();
    const Dataset data = make_synthetic(1);
};

TEST_F(Ranks, TheirNumberNeverChangesABit) {
    for (const NamedMethod& method : methods_under_test()) {
        config.method = method.config;
        const Outcome one = outcome(config, data, 2, nullptr);
        ASSERT_EQ(one.messages.size(), 10u);
        for (const std::uint32_t ranks : {2u, 3u}) {
            expect_the_same(config, data, ranks, one, method.name);
        }
    }
}

/// What the last rank has after a round that shows nobody the messages.
struct Quiet {
    std::string hash;
    RoundMetrics metrics;
};

Quiet quiet(const Config& config, const Dataset& data, std::uint32_t ranks) {
    Quiet found;
    ThreadRanks::run(ranks, [&](const std::shared_ptr<Communicator>& job) {
        Experiment experiment(config, data, {}, job);
        const RoundMetrics metrics = experiment.run_round().value();
        if (job->rank() == ranks - 1) found = {state_hash(experiment.state().global), metrics};
    });
    return found;
}

/// Few messages cross the wire themselves, of many their sums: with the same bits, and as the rule
/// says.
TEST_F(Ranks, SendMessagesOrSums) {
    config.data.partition = {"iid"};
    config.data.clients = 60;
    config.client.epochs = 1;
    for (const NamedMethod& method : methods_under_test()) {
        config.method = method.config;
        for (const std::uint32_t cohort : {5u, 60u}) {
            config.client.cohort = cohort;
            const Quiet one = quiet(config, data, 1), two = quiet(config, data, 2);
            EXPECT_EQ(one.hash, two.hash) << method.name << ", " << cohort;
            const Traffic& sent = two.metrics.traffic;
            EXPECT_EQ(sent.messages, cohort == 5 ? two.metrics.uplink_bytes : 0) << method.name;
            EXPECT_EQ(sent.sums == 0, cohort == 5) << method.name;
        }
    }
}

/// A rank that is held up leaves its share to the others, and no bit is another.
TEST_F(Ranks, WhoIsSlowTrainsFewer) {
    config.data.partition = {"iid"};
    config.client.cohort = 10;
    const Quiet one = quiet(config, data, 1);
    const std::uint64_t all = one.metrics.samples;
    std::atomic<std::uint64_t> samples[2] = {};
    ThreadRanks::run(2, [&](const std::shared_ptr<Communicator>& job) {
        Experiment experiment(config, data, {}, job);
        const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(60);
        const auto metrics = experiment.run_round({}, [&](double, std::uint64_t now) {
            samples[job->rank()] = now;
            while (job->rank() == 1 && samples[0] < all - all / 10 &&
                   std::chrono::steady_clock::now() < deadline)
                std::this_thread::sleep_for(std::chrono::milliseconds(1));
        });
        EXPECT_EQ(state_hash(experiment.state().global), one.hash);
        EXPECT_EQ(metrics->train_loss, one.metrics.train_loss);
        EXPECT_EQ(metrics->samples, all);
    });
    EXPECT_EQ(samples[1], all / 10); // the client that it began with
    EXPECT_EQ(samples[0], all - all / 10);
}

/// Experiments that take turns on the ranks of one job count on where the other has been.
TEST_F(Ranks, TwoExperimentsInTurn) {
    Config other = config;
    other.experiment.seed = 7;
    const std::string wanted[] = {hash_after(config, data, 2), hash_after(other, data, 2)};
    ThreadRanks::run(3, [&](const std::shared_ptr<Communicator>& job) {
        Experiment first(config, data, {}, job), second(other, data, {}, job);
        first.run_round();
        second.run_round();
        EXPECT_EQ(hash_after(first, 1), wanted[0]);
        EXPECT_EQ(hash_after(second, 1), wanted[1]);
    });
}

/// A thread each: more of them than clients a rank, or fewer.
TEST_F(Ranks, HaveLanesOfTheirOwn) {
    config.client.cohort = 10;
    const Quiet one = quiet(config, data, 1);
    for (const std::uint32_t lanes : {2u, 4u}) {
        config.experiment.lanes = lanes;
        EXPECT_EQ(quiet(config, data, 3).hash, one.hash) << lanes;
    }
}

/// Packed ones are sent, and counted, as they are.
TEST_F(Ranks, SendPackedMessagesToo) {
    config.stages = {{"deflate"}};
    const Quiet one = quiet(config, data, 1), three = quiet(config, data, 3);
    EXPECT_EQ(one.hash, three.hash);
    EXPECT_EQ(three.metrics.traffic.messages, 2 * one.metrics.uplink_bytes);
    EXPECT_EQ(three.metrics.traffic.sums, 0u);
}

TEST_F(Ranks, MoreOfThemThanClients) {
    config.client.cohort = 2;
    expect_the_same(config, data, 5, outcome(config, data, 2, nullptr), "5 ranks");
}

TEST_F(Ranks, StagesMomentumAndDropOutsToo) {
    config.method = {"topk", {{"error_feedback", true}}};
    config.client.momentum = 0.9;
    config.server.optimizer = {"yogi"};
    config.server.lr = 0.02;
    config.network.dropout = 0.3;
    const Outcome one = outcome(config, data, 2, nullptr);
    EXPECT_FALSE(one.state.memory.empty()); // top-k feeds errors back
    expect_the_same(config, data, 3, one, "3 ranks");
}

TEST_F(Ranks, AQuantizedModelGoesDownToAll) {
    config.method = {"fedavg"};
    config.stages = {{"quantize", {{"bits", std::int64_t{4}}, {"error_feedback", true}}},
                     {"qat", {{"bits", std::int64_t{4}}, {"range", std::string("mse")}}}};
    const Outcome one = outcome(config, data, 2, nullptr);
    EXPECT_FALSE(one.state.downlink_error.empty());
    expect_the_same(config, data, 3, one, "3 ranks");
    const Outcome on = outcome(config, data, 2, nullptr, &one.state);
    expect_the_same(config, data, 2, on, "2 ranks, resumed", &one.state);
}

TEST_F(Ranks, AllPruneTheSame) {
    for (const char* method : {"fedavg", "fedmrn"}) {
        config.method = method_named(method);
        config.stages = {{"prune",
                          {{"sparsity", 0.7},
                           {"end", std::int64_t{2}},
                           {"regrow", 0.5},
                           {"regrow_every", std::int64_t{1}}}}};
        const Outcome one = outcome(config, data, 2, nullptr);
        expect_the_same(config, data, 2, one, "2 ranks");
        const Outcome on = outcome(config, data, 2, nullptr, &one.state);
        expect_the_same(config, data, 3, on, "3 ranks, resumed", &one.state);
    }
}

/// A state of one number of ranks goes on at another, what clients keep included.
TEST_F(Ranks, AStateGoesOnAtAnotherNumber) {
    config.method = {"topk", {{"error_feedback", true}}};
    const ServerState first = outcome(config, data, 2, nullptr).state;
    const Outcome one = outcome(config, data, 2, nullptr, &first);
    EXPECT_EQ(one.state.round, 4u);
    expect_the_same(config, data, 2, one, "2 ranks", &first);
    ServerState of_three;
    ThreadRanks::run(3, [&](const std::shared_ptr<Communicator>& job) {
        const Outcome made = outcome(config, data, 2, job);
        if (job->rank() == 0) of_three = made.state;
    });
    expect_the_same(config, data, 2, one, "3 ranks, then 2", &of_three);
}

/// What ranks send is told by what it is, the same on all; a process alone sends nothing.
TEST_F(Ranks, WhatTheySendIsCounted) {
    config.method = {"fedavg"};
    config.client.cohort = 10;
    EXPECT_EQ(Experiment(config, data).run_round()->traffic, Traffic{});
    const auto of = [&](std::uint32_t ranks, bool shown) {
        std::vector<RoundMetrics> told(ranks);
        ThreadRanks::run(ranks, [&](const std::shared_ptr<Communicator>& job) {
            Experiment experiment(config, data, {}, job);
            if (shown) experiment.on_message([](const UplinkMessage&) {});
            told[job->rank()] = experiment.run_round().value();
            EXPECT_GT(experiment.traffic().all(), 0u); // the counting itself
        });
        for (const RoundMetrics& rank : told) EXPECT_EQ(rank.traffic, told[0].traffic);
        return told[0];
    };
    const std::uint64_t parameters = Experiment(config, data).model().layout.state;
    const std::uint64_t pair = 2 * (16 * parameters + 16); // sums of 128 bits, and two counts
    EXPECT_EQ(of(2, false).traffic.sums, pair);
    EXPECT_EQ(of(4, false).traffic.sums, 3 * pair);
    EXPECT_EQ(of(2, false).traffic.messages, 0u);
    EXPECT_GT(of(2, false).traffic.rest, 0u);
    const RoundMetrics shown = of(4, true);
    EXPECT_EQ(shown.traffic.messages, 3 * shown.uplink_bytes);
}

/// A stop that one rank is asked for gives up the round on all.
TEST_F(Ranks, AStopOfOneStopsAll) {
    ThreadRanks::run(3, [&](const std::shared_ptr<Communicator>& job) {
        Experiment experiment(config, data, {}, job);
        ASSERT_TRUE(experiment.run_round());
        const std::vector<float> before = experiment.state().global;
        std::stop_source stop;
        if (job->rank() == 1) stop.request_stop();
        EXPECT_FALSE(experiment.run_round(stop.get_token()));
        EXPECT_EQ(experiment.round(), 1u);
        EXPECT_EQ(experiment.state().global, before);
        EXPECT_TRUE(experiment.run_round());
    });
}

class RanksOn : public PerDevice {};
INSTANTIATE_TEST_SUITE_P(On, RanksOn, ::testing::ValuesIn(kinds_under_test()), kind_name);

/// Each takes the GPU of its place on the machine; where there are fewer some share one.
TEST_P(RanksOn, HaveAGpuEach) {
    Config config = perceptron_config(GetParam());
    config.client.cohort = 10;
    const Dataset data = make_synthetic(1);
    const Quiet one = quiet(config, data, 1);
    EXPECT_EQ(quiet(config, data, 3).hash, one.hash);
}

} // namespace
} // namespace fedmrn::test
