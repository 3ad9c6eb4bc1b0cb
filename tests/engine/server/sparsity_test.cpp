// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "engine/method/selection.hpp"
#include "experiments.hpp"

namespace fedmrn::test {
namespace {

class Sparsity : public PerDevice {
protected:
    Sparsity() {
        config.method = {"fedsparsify", {{"prune_rounds", 4}}};
        config.client.epochs = 1;
    }
    /// Whether each masked weight of the global state is exactly 0.
    static std::vector<bool> pruned(const Experiment& experiment) {
        const std::vector<float>& global = experiment.state().global;
        std::vector<bool> zero;
        for (std::size_t i = 0; i < experiment.model().layout.masked; ++i) {
            zero.push_back(global[i] == 0.0f);
        }
        return zero;
    }
    /// ⌈(1 − s_t) · 120⌉ of the perceptron's weights.
    static std::size_t kept(std::uint32_t round) {
        const double left = 1 - (std::min(round, 4u) - 1) / 3.0;
        return kept_of(1 - 0.9 * (1 - std::pow(left, 3)), 120);
    }
    Config config = perceptron_config(GetParam());
    const Dataset data = make_synthetic(1);
};
INSTANTIATE_TEST_SUITE_P(On, Sparsity, ::testing::ValuesIn(kinds_under_test()), kind_name);

/// One client a round, with momentum and decay of the weights: exactly what it kept is left, and
/// what was pruned once stays 0.
TEST_P(Sparsity, FollowsTheScheduleExactly) {
    config.client.cohort = 1;
    config.client.momentum = 0.9;
    config.client.lr = 0.05;
    config.client.weight_decay = 1e-3;
    for (const std::string merge : {"average", "nonzero", "majority"}) {
        config.method["merge"] = merge;
        Experiment experiment(config, data);
        std::vector<bool> before(120, false);
        for (std::uint32_t round = 1; round <= 6; ++round) {
            experiment.run_round();
            const std::vector<bool> now = pruned(experiment);
            EXPECT_EQ(std::count(now.begin(), now.end(), false),
                      static_cast<std::ptrdiff_t>(kept(round)))
                << round;
            for (std::size_t i = 0; i < 120; ++i) EXPECT_LE(before[i], now[i]) << i;
            before = now;
        }
    }
}

/// Of a cohort, a majority keeps no more than each of its clients could, and all together no less.
TEST_P(Sparsity, AMajorityPrunesMoreThanAnAverage) {
    std::vector<std::ptrdiff_t> left;
    for (const std::string merge : {"average", "nonzero", "majority"}) {
        config.method["merge"] = merge;
        Experiment experiment(config, data);
        for (std::uint32_t round = 1; round <= 2; ++round) experiment.run_round();
        const std::vector<bool> first = pruned(experiment);
        left.push_back(std::count(first.begin(), first.end(), false));
        for (std::uint32_t round = 3; round <= 5; ++round) experiment.run_round();
        const std::vector<bool> last = pruned(experiment);
        for (std::size_t i = 0; i < 120; ++i) EXPECT_LE(first[i], last[i]);
        EXPECT_LE(std::count(last.begin(), last.end(), false), 60) << merge;
    }
    EXPECT_EQ(left[0], left[1]); // the same weights, by the same clients
    EXPECT_GT(left[0], left[2]);
    EXPECT_GE(left[0], static_cast<std::ptrdiff_t>(kept(2)));
}

/// Chance is 50 %, the best linear rule 73 %. A tenth of these 120 weights would be too few.
TEST_P(Sparsity, LearnsWithFewElementsAndFewWeights) {
    config.client.epochs = 5;
    config.method["sparsity"] = 0.5;
    EXPECT_GT(accuracy_of(config, data), 0.75) << "FedSparsify";
    config.method = {"topk", {{"error_feedback", true}, {"ratio", 0.1}}};
    EXPECT_GT(accuracy_of(config, data), 0.80) << "Top-k";
    config.method = {"stc", {{"error_feedback", true}, {"ratio", 0.1}}};
    EXPECT_GT(accuracy_of(config, data), 0.80) << "STC";
}

/// Who builds a configuration in code has the defaults that a file has, those that follow other
/// keys too.
TEST(FedSparsifyExperiment, PrunesUntilTheLastRound) {
    Config config = perceptron_config();
    config.method = MethodConfig("fedsparsify");
    config.experiment.rounds = 6;
    Experiment experiment(config, make_synthetic(1));
    EXPECT_EQ(experiment.config().method.options.at("prune_rounds"), KeyValue(std::int64_t{6}));
    std::vector<std::uint64_t> bytes;
    for (int round = 0; round < 6; ++round) bytes.push_back(experiment.run_round()->uplink_bytes);
    EXPECT_LT(bytes[5], bytes[0] / 2); // a tenth of 120 weights is left
}

} // namespace
} // namespace fedmrn::test
