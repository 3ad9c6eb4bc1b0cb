// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "experiments.hpp"

namespace fedmrn::test {
namespace {

class Learning : public PerDevice {
protected:
    Config config = perceptron_config(GetParam());
    const Dataset data = make_synthetic(1);
};
INSTANTIATE_TEST_SUITE_P(On, Learning, ::testing::ValuesIn(kinds_under_test()), kind_name);

/// Chance is 50 %, the best linear rule 73 %.
TEST_P(Learning, FedAvgLearns) {
    config.method = method_named("fedavg");
    EXPECT_GT(accuracy_of(config, data), 0.90);
}

TEST_P(Learning, FedMrnLearnsWithBothMasksAndThreeNoises) {
    for (const std::string mask : {"binary", "signed"}) {
        for (const std::string noise : {"uniform", "gaussian", "bernoulli"}) {
            config.method["mask"] = mask;
            config.method["noise"] = noise;
            EXPECT_GT(accuracy_of(config, data), 0.80) << mask << ' ' << noise;
        }
    }
}

TEST_P(Learning, DriveAndEdenLearn) {
    config.method = method_named("drive");
    for (const std::string estimate : {"unbiased", "least_error"}) {
        config.method["estimate"] = estimate;
        EXPECT_GT(accuracy_of(config, data), 0.85) << estimate;
    }
    config.method = method_named("eden");
    for (const std::uint32_t bits : {1u, 4u}) {
        config.method["bits"] = bits;
        EXPECT_GT(accuracy_of(config, data), 0.85) << bits << " bits";
    }
}

TEST_P(Learning, SparseBinaryAndLowRankMethodsLearn) {
    for (const MethodConfig& method : {MethodConfig{"topk"},
                                       {"fedbat"},
                                       {"stc", {{"error_feedback", true}, {"ratio", 0.1}}},
                                       {"frozen_factor", {{"ratio", 0.25}}},
                                       {"powersgd", {{"error_feedback", true}, {"rank", 2}}}}) {
        config.method = method;
        EXPECT_GT(accuracy_of(config, data), 0.85) << method.name;
    }
    config.method = {"fedmud", {{"ratio", 0.25}}}; // whose drawn factors are as large as 5
    config.client.lr = 0.01;
    EXPECT_GT(accuracy_of(config, data), 0.85) << "fedmud";
}

TEST_P(Learning, MomentumAndDecayLearn) {
    config.client.lr = 0.05;
    config.client.momentum = 0.9;
    config.client.weight_decay = 1e-4;
    config.server.optimizer["momentum"] = 0.3;
    for (const std::string name : {"fedavg", "fedmrn"}) {
        config.method = method_named(name);
        EXPECT_GT(accuracy_of(config, data), 0.80) << name;
    }
}

/// FedAdam, FedYogi, FedProx, each with another way to draw the cohort and another method.
TEST_P(Learning, AdaptiveServersLearn) {
    config.server.lr = 0.03;
    config.server.optimizer.name = "adam";
    config.server.sampling = "weighted";
    EXPECT_GT(accuracy_of(config, data), 0.80) << "adam";
    config.method = method_named("fedavg");
    config.server.optimizer.name = "yogi";
    config.server.sampling = "round_robin";
    EXPECT_GT(accuracy_of(config, data), 0.80) << "yogi";
    config.server = {};
    config.client.proximal = 0.1;
    EXPECT_GT(accuracy_of(config, data), 0.85) << "proximal";
}

/// The farther a client may go from the global model, the farther the first round takes it.
TEST_P(Learning, TheProximalTermHoldsClientsBack) {
    config.method = method_named("fedavg");
    double last = 1e9;
    for (const double proximal : {0.0, 1.0, 3.0}) {
        config.client.proximal = proximal;
        Experiment experiment(config, data);
        const auto start = experiment.state().global;
        experiment.run_round();
        double square = 0;
        for (std::size_t i = 0; i < start.size(); ++i) {
            const double step = double{experiment.state().global[i]} - double{start[i]};
            square += step * step;
        }
        EXPECT_LT(square, 0.8 * last) << proximal;
        last = square;
    }
}

/// Each switch of the paper's ablation runs, and changes what comes out.
TEST_P(Learning, AblationsDiffer) {
    std::vector<std::string> hashes;
    const auto expect_new = [&](const char* name) {
        const std::string hash = hash_after(config, data, 3);
        for (const std::string& other : hashes) EXPECT_NE(hash, other) << name;
        hashes.push_back(hash);
        config.method = perceptron_config().method;
    };
    expect_new("FedMRN");
    config.method["stochastic"] = false;
    expect_new("without stochastic masking");
    config.method["progressive"] = false;
    expect_new("without progressive masking");
    config.method["stochastic"] = config.method["progressive"] = false;
    expect_new("without both");
    config.method["post_training"] = true;
    expect_new("masked after training");
    config.method["mask"] = "signed";
    expect_new("signed");
    config.method = method_named("fedavg");
    expect_new("FedAvg");
}

/// BatchNorm needs a few dozen steps before its running statistics serve an evaluation.
TEST_P(Learning, ACnnLearns) {
    const Dataset images = halves(240, 100);
    for (const std::string name : {"fedavg", "fedmrn"}) {
        Config cnn = cnn_config(GetParam());
        cnn.method = method_named(name);
        cnn.experiment.rounds = 9;
        cnn.client.epochs = 2;
        cnn.client.batch = 8;
        EXPECT_GT(accuracy_of(cnn, images), 0.9) << name;
    }
}

/// Frozen weights are only worth choosing from where there are many.
TEST_P(Learning, FedPmLearns) {
    Config cnn = cnn_config(GetParam());
    cnn.method = method_named("fedpm");
    cnn.experiment.rounds = 12;
    cnn.client.cohort = 5;
    cnn.client.epochs = 2;
    cnn.client.batch = 8;
    EXPECT_GT(accuracy_of(cnn, halves(240, 100)), 0.8);
    cnn.method.options["optimizer"] = "adam";
    EXPECT_GT(accuracy_of(cnn, halves(240, 100)), 0.8);
}

} // namespace
} // namespace fedmrn::test
