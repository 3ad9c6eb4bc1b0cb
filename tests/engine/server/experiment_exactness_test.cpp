// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "experiments.hpp"
#include "tests/support/compare.hpp"

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
    for (const MethodName name : {MethodName::fedavg, MethodName::fedmrn}) {
        config.method.name = name;
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

/// Any state that state() gave continues bit by bit, metrics included, with momentum on the server.
TEST_P(Exactness, ARestoredStateContinuesTheSameRun) {
    config.server.momentum = 0.5;
    for (const std::uint32_t before : {0u, 1u, 3u}) {
        if (before == 3) { // and with both moments
            config.server.optimizer = ServerOptimizer::yogi;
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
            EXPECT_EQ(a->accuracy, b->accuracy);
            EXPECT_EQ(a->train_loss, b->train_loss);
            EXPECT_EQ(a->uplink_bytes, b->uplink_bytes);
        }
        EXPECT_TRUE(same_bits(whole.state().global, resumed.state().global));
        EXPECT_TRUE(same_bits(whole.state().velocity, resumed.state().velocity));
        EXPECT_TRUE(same_bits(whole.state().second, resumed.state().second));
    }
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
