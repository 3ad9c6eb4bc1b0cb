// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#include <atomic>
#include <stop_token>

#include <gtest/gtest.h>

#include "experiments.hpp"
#include "tests/support/compare.hpp"
#include "tests/support/reason.hpp"

namespace fedmrn::test {
namespace {

class Exactness : public PerDevice {
protected:
    Config config = perceptron_config(GetParam());
    const Dataset data = make_synthetic(1);
};
INSTANTIATE_TEST_SUITE_P(On, Exactness, ::testing::ValuesIn(kinds_under_test()), kind_name);

TEST_P(Exactness, LanesNeverChangeAResult) {
    config.client.momentum = 0.9;
    for (const std::string name : {"fedavg", "fedmrn"}) {
        config.method = method_named(name);
        config.experiment.lanes = 1;
        const std::string one = hash_after(config, data, 4);
        for (const std::uint32_t lanes : {2u, 3u, 0u, 64u}) {
            config.experiment.lanes = lanes;
            EXPECT_EQ(hash_after(config, data, 4), one) << lanes << " lanes";
        }
    }
}

TEST_P(Exactness, LanesNeverChangeTheResultOfACnn) {
    const Dataset images = halves(100, 20);
    Config cnn = cnn_config(GetParam());
    const std::string one = hash_after(cnn, images, 2);
    for (const std::uint32_t lanes : {2u, 3u}) {
        cnn.experiment.lanes = lanes;
        EXPECT_EQ(hash_after(cnn, images, 2), one) << lanes << " lanes";
    }
}

TEST_P(Exactness, LanesNeverChangeAnAugmentedRun) {
    const Dataset images = halves(100, 20);
    Config cnn = cnn_config(GetParam());
    const std::string plain = hash_after(cnn, images, 2);
    cnn.data.augment = true;
    const std::string one = hash_after(cnn, images, 2);
    EXPECT_NE(one, plain);
    cnn.experiment.lanes = 2;
    EXPECT_EQ(hash_after(cnn, images, 2), one);
}

TEST_P(Exactness, TheSeedDecidesEverything) {
    const std::string first = hash_after(config, data, 2);
    EXPECT_EQ(hash_after(config, data, 2), first);
    config.experiment.seed = 2;
    EXPECT_NE(hash_after(config, data, 2), first);
}

/// Whole runs: at one bit EDEN and unbiased DRIVE are the same method.
TEST_P(Exactness, EdenOfOneBitRunsAsDrive) {
    config.method = method_named("drive");
    const std::string drive = hash_after(config, data, 3);
    config.method = method_named("eden");
    EXPECT_EQ(hash_after(config, data, 3), drive);
    config.method["bits"] = 2;
    EXPECT_NE(hash_after(config, data, 3), drive);
}

/// Any state that state() gave continues bit by bit, metrics included, with momentum on the server.
TEST_P(Exactness, ARestoredStateContinuesTheSameRun) {
    config.server.optimizer["momentum"] = 0.5;
    for (const std::uint32_t before : {0u, 1u, 3u}) {
        if (before == 3) { // and with both moments
            config.server.optimizer = {"yogi"};
            config.server.lr = 0.02;
        }
        Experiment whole(config, data);
        for (std::uint32_t i = 0; i < before; ++i) whole.run_round();
        const ServerState saved = whole.state();
        EXPECT_EQ(saved.round, before);
        Experiment resumed(config, data);
        resumed.restore(saved);
        for (int i = 0; i < 3; ++i) {
            const auto a = whole.run_round(), b = resumed.run_round();
            EXPECT_EQ(a->round, b->round);
            EXPECT_EQ(a->loss, b->loss);
            EXPECT_EQ(a->metrics, b->metrics);
            EXPECT_EQ(a->train_loss, b->train_loss);
            EXPECT_EQ(a->uplink_bytes, b->uplink_bytes);
        }
        EXPECT_TRUE(same_bits(whole.state().global, resumed.state().global));
        EXPECT_EQ(whole.state().moments.size(), resumed.state().moments.size());
        for (const auto& [name, values] : whole.state().moments)
            EXPECT_TRUE(same_bits(values, resumed.state().moments.at(name))) << name;
    }
}

/// On the CPU device they are the host's: read where they lie, and written there as by restore().
TEST(Parameters, AreReadAndWrittenWithoutACopy) {
    const Config config = perceptron_config();
    const Dataset data = make_synthetic(1);
    Experiment written(config, data), restored(config, data);
    const float* const place = written.parameters().get();
    for (int round = 0; round < 2; ++round) {
        ServerState state = restored.state();
        EXPECT_TRUE(same_bits(state.global, std::vector(place, place + state.global.size())));
        state.global[3] += 0.25f;
        restored.restore(state);
        written.change_parameters().get()[3] += 0.25f;
        EXPECT_EQ(written.parameters().get(), place);
        EXPECT_TRUE(same_bits(written.state().global, state.global));
        written.run_round();
        restored.run_round();
        EXPECT_TRUE(same_bits(written.state().global, restored.state().global));
    }
}

/// Clients that keep what their messages left out: only those that were in a cohort keep anything,
/// lanes change none of it, and a restored state goes on with it.
TEST_P(Exactness, WhatClientsKeepIsPartOfTheState) {
    config.method = {"signsgd", {{"error_feedback", true}}};
    config.client.lr = 0.1;
    config.experiment.lanes = 1;
    Experiment whole(config, data);
    EXPECT_TRUE(whole.state().memory.empty());
    whole.run_round();
    EXPECT_EQ(whole.state().memory.size(), config.client.cohort);
    whole.run_round();
    const ServerState saved = whole.state();
    config.experiment.lanes = 3;
    Experiment resumed(config, data);
    resumed.restore(saved);
    for (int i = 0; i < 2; ++i) {
        whole.run_round();
        resumed.run_round();
    }
    EXPECT_TRUE(same_bits(whole.state().global, resumed.state().global));
    EXPECT_EQ(whole.state().memory, resumed.state().memory);

    ServerState forgetful = saved; // it decides what comes next
    forgetful.memory.clear();
    Experiment other(config, data);
    other.restore(forgetful);
    other.run_round();
    other.run_round();
    EXPECT_FALSE(same_bits(whole.state().global, other.state().global));

    ServerState foreign = saved;
    foreign.memory[10] = foreign.memory.begin()->second;
    EXPECT_TRUE(one_line([&] { other.restore(foreign); }, "checkpoint: client 10 keeps"));
    foreign = saved;
    foreign.memory.begin()->second.pop_back();
    EXPECT_TRUE(one_line([&] { other.restore(foreign); }, "values, expected 120 of clients"));
}

/// A round that is given up leaves what clients keep as it was.
TEST_P(Exactness, ARoundGivenUpKeepsNothing) {
    config.method = {"signsgd", {{"error_feedback", true}}};
    Experiment experiment(config, data);
    experiment.run_round();
    const auto before = experiment.state().memory;
    std::stop_source stop;
    std::atomic<int> steps{0};
    EXPECT_FALSE(experiment.run_round(stop.get_token(), [&](double done, std::uint64_t) {
        if (done > 0.7) stop.request_stop();
    }));
    EXPECT_EQ(experiment.state().memory, before);
}

/// Half the learning rate in the second round of an inverse schedule with decay_rounds = 1: as a
/// run that starts there with half the rate.
TEST_P(Exactness, AnInverseScheduleDividesTheLearningRate) {
    config.client.schedule = Schedule::inverse;
    config.client.decay_rounds = 1.0;
    Experiment falling(config, data);
    falling.run_round();
    const ServerState saved = falling.state();
    falling.run_round();
    config.client.schedule = Schedule::constant;
    config.client.lr /= 2;
    Experiment half(config, data);
    half.restore(saved);
    half.run_round();
    EXPECT_TRUE(same_bits(falling.state().global, half.state().global));
}

/// And half the noise, if asked: uploads say which.
TEST_P(Exactness, ANoiseThatFollowsTheScheduleIsSmaller) {
    config.client.schedule = Schedule::inverse;
    config.client.decay_rounds = 1.0;
    config.method["magnitude_decay"] = true;
    Experiment falling(config, data);
    falling.run_round();
    const ServerState saved = falling.state();
    falling.run_round();
    config.client.schedule = Schedule::constant;
    config.client.lr /= 2;
    config.method["magnitude"] = 0.025;
    Experiment half(config, data);
    half.restore(saved);
    half.run_round();
    EXPECT_TRUE(same_bits(falling.state().global, half.state().global));
}

/// What only says how long or how often to look does not touch the model.
TEST_P(Exactness, EvaluationAndLengthDoNotChangeTheModel) {
    const std::string first = hash_after(config, data, 3);
    config.experiment.rounds = 3;
    config.server.eval_every = 2;
    config.server.eval_batch = 7;
    EXPECT_EQ(hash_after(config, data, 3), first);
}

/// Half the server's rate moves the trained parameters half as far in the first round.
TEST_P(Exactness, TheServersRateScalesTheStep) {
    Experiment full(config, data);
    const std::vector<float> start = full.state().global;
    full.run_round();
    config.server.lr = 0.5;
    Experiment half(config, data);
    half.run_round();
    for (std::size_t i = 0; i < start.size(); ++i) {
        const double step = double{full.state().global[i]} - double{start[i]};
        ASSERT_NEAR(double{half.state().global[i]} - double{start[i]}, step / 2, 1e-6);
    }
}

/// The state that every device and compiler starts from.
TEST_P(Exactness, TheFirstStateIsCommitted) {
    const Experiment experiment(config, data);
    EXPECT_EQ(state_hash(experiment.state().global), "cf10abec77e966e2");
}

} // namespace
} // namespace fedmrn::test
