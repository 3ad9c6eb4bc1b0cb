// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "engine/stage/stage.hpp"
#include "experiments.hpp"
#include "fedmrn/aggregate.hpp"
#include "fedmrn/stage.hpp"
#include "tests/support/methods_under_test.hpp"
#include "tests/support/pruned_by_hand.hpp"
#include "tests/support/reason.hpp"

namespace fedmrn::test {
namespace {

/// Says how the model is sent, as it is anyhow: messages then leave nothing out.
class AsItIs final : public Stage, public ModelCodec {
public:
    explicit AsItIs(std::size_t state) : state_(state) {}
    [[nodiscard]] const ModelCodec* model_codec() const override { return this; }
    [[nodiscard]] std::vector<std::byte> encode(Device& device,
                                                const RoundContext& round) const override {
        std::vector<std::byte> bytes(state_ * sizeof(float));
        device.copy_out(bytes.data(), round.global, bytes.size());
        return bytes;
    }
    void decode(Device& device, std::uint32_t, std::span<const std::byte> bytes,
                DevicePointer<float> model) const override {
        device.copy_in(model, bytes.data(), bytes.size());
    }

private:
    std::size_t state_;
};

const bool registered = [] {
    StageEntry entry{{"as_it_is", "as it is", "the model as float32"}};
    entry.sends_model = true;
    entry.make = [](const Options&, const StageSetting& setting) {
        return std::make_shared<const AsItIs>(setting.layout.state);
    };
    stages().add(std::move(entry));
    return true;
}();

/// Experiments whose server prunes.
class Pruning : public PerDevice {
protected:
    Pruning() { config.client.epochs = 1; }
    static StageConfig pruning(Options options) { return {{"prune", std::move(options)}}; }
    const Options gradual{{"sparsity", 0.8}, {"start", std::int64_t{2}}, {"end", std::int64_t{6}}};
    /// Whether each masked weight of the global state is exactly 0.
    static std::vector<bool> zeros(const Experiment& experiment) {
        std::vector<bool> zero;
        for (std::size_t i = 0; i < experiment.model().layout.masked; ++i) {
            zero.push_back(experiment.state().global[i] == 0.0f);
        }
        return zero;
    }
    static std::ptrdiff_t count(const std::vector<bool>& zero, std::size_t first = 0,
                                std::size_t elements = 120) {
        const auto begin = zero.begin() + static_cast<std::ptrdiff_t>(first);
        return std::count(begin, begin + static_cast<std::ptrdiff_t>(elements), true);
    }
    Config config = perceptron_config(GetParam());
    const Dataset data = make_synthetic(1);
};
INSTANTIATE_TEST_SUITE_P(On, Pruning, ::testing::ValuesIn(kinds_under_test()), kind_name);

/// As many zeros as the schedule says after every round, whatever moves clients and server, and
/// none of them comes back.
TEST_P(Pruning, FollowsTheScheduleExactly) {
    config.client.momentum = 0.9;
    config.client.lr = 0.05;
    config.client.weight_decay = 1e-3;
    // ⌊s_t d⌋ with s_t = 0, 0, 0.4625, 0.7, 0.7875, 0.8, 0.8 (stage/prune_test.cpp).
    const std::vector<std::ptrdiff_t> together{0, 0, 55, 84, 94, 96, 96},
        first{0, 0, 46, 70, 78, 80, 80}, second{0, 0, 9, 14, 15, 16, 16};
    for (const char* optimizer : {"sgd", "adam"}) {
        config.server.optimizer = {optimizer};
        if (optimizer == std::string("sgd")) config.server.optimizer["momentum"] = 0.9;
        for (const MethodConfig& method :
             {MethodConfig("fedavg"), method_named("fedmrn"),
              MethodConfig("fedmrn", {{"mask", "signed"}}), MethodConfig("signsgd"),
              MethodConfig("topk", {{"error_feedback", true}}), MethodConfig("fedbat")}) {
            config.method = method;
            for (const char* scope : {"global", "layer"}) {
                SCOPED_TRACE(std::string(optimizer) + ", " + method.name + ", " + scope);
                config.stages = pruning(gradual);
                config.stages.front()["scope"] = scope;
                Experiment experiment(config, data);
                std::vector<bool> before(120, false);
                for (std::size_t round = 0; round < 7; ++round) {
                    experiment.run_round();
                    const std::vector<bool> now = zeros(experiment);
                    if (scope == std::string("global")) {
                        EXPECT_EQ(count(now), together[round]) << round;
                    } else { // 10 · 10 weights, then 10 · 2
                        EXPECT_EQ(count(now, 0, 100), first[round]) << round;
                        EXPECT_EQ(count(now, 100, 20), second[round]) << round;
                    }
                    for (std::size_t i = 0; i < 120; ++i) EXPECT_LE(before[i], now[i]) << i;
                    before = now;
                }
            }
        }
    }
}

/// What a round prunes is the smallest of the model before it.
TEST_P(Pruning, TakesTheSmallestOfTheModelBefore) {
    config.method = {"fedavg"};
    config.stages = pruning({{"sparsity", 0.5}, {"start", std::int64_t{3}}});
    Experiment experiment(config, data);
    hash_after(experiment, 2);
    const std::vector<float> model = experiment.state().global;
    EXPECT_EQ(count(zeros(experiment)), 0);
    experiment.run_round();
    EXPECT_EQ(zeros(experiment), pruned_by_hand(std::span(model).first(120), 60));
}

TEST_P(Pruning, KeepsTwoOfEachFour) {
    config.server.optimizer["momentum"] = 0.9;
    for (const MethodConfig& method : {MethodConfig("fedavg"), method_named("fedmrn")}) {
        config.method = method;
        config.stages = pruning({{"pattern", "2:4"}, {"start", std::int64_t{2}}});
        Experiment experiment(config, data);
        experiment.run_round();
        EXPECT_EQ(count(zeros(experiment)), 0);
        const std::vector<bool> wanted =
            pruned_by_fours(experiment.model().layout, experiment.state().global);
        for (int round = 2; round <= 4; ++round) {
            experiment.run_round();
            EXPECT_EQ(zeros(experiment), wanted) << method.name << ", " << round;
        }
    }
}

TEST_P(Pruning, LanesAndResumingNeverChangeAResult) {
    for (const bool coded : {false, true}) {
        config.stages = pruning({{"sparsity", 0.7}, {"end", std::int64_t{4}}});
        if (coded) { // clients prune what they have received: integers, most of them alike
            config.stages.emplace_back("quantize", Options{{"bits", std::int64_t{3}}});
            config.stages.emplace_back("qat", Options{{"bits", std::int64_t{3}}});
        }
        for (const NamedMethod& named : methods_under_test()) {
            if (named.config.name == "fedpm" || named.config.name == "fedsparsify") continue;
            SCOPED_TRACE(named.name);
            config.method = named.config;
            config.experiment.lanes = 1;
            Experiment first(config, data);
            hash_after(first, 2);
            const ServerState middle = first.state();
            const std::string one = hash_after(first, 1);
            EXPECT_EQ(count(zeros(first)), 80); // ⌊0.7 · (1 − 1/27) · 120⌋
            config.experiment.lanes = 3;
            EXPECT_EQ(hash_after(config, data, 3), one);
            Experiment resumed(config, data);
            resumed.restore(middle);
            EXPECT_EQ(hash_after(resumed, 1), one);
        }
    }
}

/// The server's part of a round, of nothing but its state and the messages.
TEST_P(Pruning, MessagesAloneMakeTheRound) {
    config.stages = pruning({{"sparsity", 0.9}, {"start", std::int64_t{2}}});
    config.server.optimizer["momentum"] = 0.5;
    for (const MethodConfig& method : {MethodConfig("fedavg"), method_named("fedmrn")}) {
        config.method = method;
        Experiment experiment(config, data);
        std::vector<KeptMessage> kept;
        experiment.on_message([&](const UplinkMessage& message) {
            kept.push_back({"one", {message.bytes.begin(), message.bytes.end()}});
        });
        for (int round = 1; round <= 3; ++round) {
            const ServerState before = experiment.state();
            kept.clear();
            experiment.run_round();
            const ServerState after =
                aggregate(experiment.config(), experiment.model().layout, before, kept);
            EXPECT_EQ(after.global, experiment.state().global) << round;
            EXPECT_EQ(after.moments, experiment.state().moments) << round;
        }
        EXPECT_EQ(count(zeros(experiment)), 108);
    }
}

/// Of a pruned weight nothing is sent, up or in the ledger: 4 bytes less of FedAvg, a bit of
/// FedMRN.
TEST_P(Pruning, TheUplinkShrinks) {
    for (const char* scope : {"global", "layer"}) {
        for (const char* method : {"fedavg", "fedmrn"}) {
            config.method = method_named(method);
            config.stages = {};
            const std::uint64_t whole = Experiment(config, data).run_round()->uplink_bytes;
            config.stages = pruning({{"sparsity", 0.8}, {"scope", scope}});
            Experiment experiment(config, data);
            const std::uint64_t less = config.method.name == "fedavg" ? 4 * 96 : 12; // 4 words → 1
            for (int round = 0; round < 2; ++round) {
                EXPECT_EQ(experiment.run_round()->uplink_bytes, whole - 5 * less) << method;
            }
            config.stages.emplace_back("rans");
            Experiment coded(config, data);
            EXPECT_EQ(hash_after(coded, 2), state_hash(experiment.state().global));
            EXPECT_FALSE(coded.uncoded_bytes());
        }
    }
}

/// What is left out changes nothing but bytes: the same model as where all is sent.
TEST_P(Pruning, LeavingOutChangesNoBit) {
    config.stages = pruning({{"sparsity", 0.8}, {"initial", 0.3}, {"end", std::int64_t{3}}});
    for (const char* method : {"fedavg", "fedmrn"}) {
        config.method = method_named(method);
        Experiment experiment(config, data);
        const std::string hash = hash_after(experiment, 4);
        Config whole = config;
        whole.stages.emplace_back("as_it_is");
        EXPECT_EQ(hash_after(whole, data, 4), hash) << method;
        EXPECT_GT(Experiment(whole, data).run_round()->uplink_bytes,
                  Experiment(config, data).run_round()->uplink_bytes);
    }
}

TEST_P(Pruning, ARoundThatIsGivenUpPrunesNothing) {
    config.method = {"fedavg"};
    config.stages = pruning({{"sparsity", 0.5}});
    Experiment experiment(config, data);
    const std::vector<float> before = experiment.state().global;
    std::stop_source stop;
    stop.request_stop();
    EXPECT_FALSE(experiment.run_round(stop.get_token()));
    EXPECT_EQ(experiment.state().global, before);
    EXPECT_EQ(count(zeros(experiment)), 0);
    experiment.run_round();
    EXPECT_EQ(count(zeros(experiment)), 60);
}

/// Nobody answers: the server takes no step, and prunes all the same.
TEST_P(Pruning, ARoundThatNobodyAnswersIsPruned) {
    config.method = {"fedavg"};
    config.network.dropout = 0.999;
    config.stages = pruning({{"sparsity", 0.5}});
    Experiment experiment(config, data);
    const std::vector<float> before = experiment.state().global;
    const std::vector<bool> pruned = pruned_by_hand(std::span(before).first(120), 60);
    ASSERT_EQ(experiment.run_round()->messages, 0u);
    for (std::size_t i = 0; i < before.size(); ++i) {
        EXPECT_EQ(experiment.state().global[i], i < 120 && pruned[i] ? 0.0f : before[i]) << i;
    }
    const ServerState first{.global = before};
    EXPECT_EQ(aggregate(experiment.config(), experiment.model().layout, first, {}).global,
              experiment.state().global);
}

/// Chance is 50 %, the best linear rule 73 %.
TEST_P(Pruning, LearnsWithHalfOfTheWeights) {
    config.client.epochs = 5;
    config.stages =
        pruning({{"sparsity", 0.5}, {"start", std::int64_t{5}}, {"end", std::int64_t{20}}});
    for (const char* method : {"fedavg", "fedmrn"}) {
        config.method = method_named(method);
        EXPECT_GT(accuracy_of(config, data), 0.75) << method;
    }
}

/// As many zeros after every round; others only after rounds that regrow, and no more of them than
/// a quarter of what is kept. On any lanes, over a resume, and of messages alone.
TEST_P(Pruning, RegrowsInItsRounds) {
    config.stages = pruning({{"sparsity", 0.7},
                             {"start", std::int64_t{2}},
                             {"regrow", 0.25},
                             {"regrow_every", std::int64_t{2}}}); // rounds 4 and 6
    config.server.optimizer["momentum"] = 0.5;
    for (const MethodConfig& method :
         {MethodConfig("fedavg"), MethodConfig("fedmrn", {{"mask", "signed"}})}) {
        SCOPED_TRACE(method.name);
        config.method = method;
        config.experiment.lanes = 1;
        Experiment experiment(config, data);
        std::vector<KeptMessage> kept;
        experiment.on_message([&](const UplinkMessage& message) {
            kept.push_back({"one", {message.bytes.begin(), message.bytes.end()}});
        });
        std::vector<bool> zero(120, false);
        ServerState middle;
        std::vector<std::uint64_t> bytes;
        for (int round = 1; round <= 7; ++round) {
            const ServerState before = experiment.state();
            if (round == 4) middle = before;
            kept.clear();
            bytes.push_back(experiment.run_round()->uplink_bytes);
            EXPECT_EQ(
                aggregate(experiment.config(), experiment.model().layout, before, kept).global,
                experiment.state().global);
            const std::vector<bool> now = zeros(experiment);
            EXPECT_EQ(count(now), round == 1 ? 0 : 84) << round;
            std::ptrdiff_t back = 0;
            for (std::size_t i = 0; i < 120; ++i) back += zero[i] && !now[i];
            EXPECT_EQ(back, round == 4 || round == 6 ? 9 : 0) << round; // of 36
            zero = now;
        }
        EXPECT_EQ(bytes[3], bytes[0]); // whole
        EXPECT_LT(bytes[4], bytes[0]);
        const std::string one = state_hash(experiment.state().global);
        config.experiment.lanes = 3;
        EXPECT_EQ(hash_after(config, data, 7), one);
        Experiment resumed(config, data);
        resumed.restore(middle);
        EXPECT_EQ(hash_after(resumed, 4), one);
    }
}

TEST_P(Pruning, WhatItCannotDoIsOneLine) {
    const auto opened = [&](const MethodConfig& method, Options options) {
        config.method = method;
        config.stages = pruning(std::move(options));
        return [&] { Experiment(config, data); };
    };
    EXPECT_TRUE(one_line(opened({"fedpm"}, {}),
                         "stage.name = prune: method fedpm trains scores of frozen weights"));
    EXPECT_TRUE(one_line(opened({"fedsparsify"}, {}),
                         "stage.name = prune: method fedsparsify prunes by itself"));
    EXPECT_TRUE(one_line(opened({"fedavg"}, {{"start", std::int64_t{5}}, {"end", std::int64_t{4}}}),
                         "stage.name = prune: end: expected a round from start = 5 on, found 4"));
    EXPECT_TRUE(
        one_line(opened({"fedavg"}, {{"sparsity", 0.5}, {"initial", 0.6}}),
                 "stage.name = prune: initial: expected at most sparsity = 0.5, found 0.6"));
    EXPECT_TRUE(one_line(opened({"fedavg"}, {{"sparsity", 1.0}}),
                         "stage.name = prune: sparsity: expected a number in [0, 1)"));
    EXPECT_TRUE(one_line(opened({"fedavg"}, {{"pattern", "1:4"}}),
                         "stage.name = prune: pattern: expected \"unstructured\" or \"2:4\""));
}

} // namespace
} // namespace fedmrn::test
