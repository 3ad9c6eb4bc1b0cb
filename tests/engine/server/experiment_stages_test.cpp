// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include <gtest/gtest.h>

#include "engine/method/method.hpp"
#include "engine/server/global_state.hpp"
#include "engine/stage/deflate_packing.hpp"
#include "experiments.hpp"
#include "fedmrn/images.hpp"
#include "tests/support/methods_under_test.hpp"
#include "tests/support/reason.hpp"

namespace fedmrn::test {
namespace {

/// Experiments with a list of stages.
class ExperimentStages : public PerDevice {
protected:
    ExperimentStages() {
        config.client.schedule = Schedule::inverse;
        config.client.decay_rounds = 2;
        config.client.epochs = 1;
    }
    Config config = perceptron_config(GetParam());
    const Dataset data = make_synthetic(1);
    /// Every hook that recorded steps have, and what the server keeps of the way down.
    const StageConfig integers{{"quantize", {{"bits", std::int64_t{4}}, {"error_feedback", true}}},
                               {"qat",
                                {{"bits", std::int64_t{3}},
                                 {"range", std::string("percentile")},
                                 {"percentile", 90.0},
                                 {"schedule", std::string("2:4")}}}};
    const StageConfig both{{"half", {{"format", std::string("bfloat16")}}}, {"deflate"}};
};
INSTANTIATE_TEST_SUITE_P(On, ExperimentStages, ::testing::ValuesIn(kinds_under_test()), kind_name);

TEST_P(ExperimentStages, LanesAndResumingNeverChangeAResult) {
    for (const StageConfig& stages : {both, integers}) {
        config.stages = stages;
        for (const NamedMethod& named : methods_under_test()) {
            SCOPED_TRACE(named.name + ", " + stages.front().name);
            config.method = named.config;
            config.experiment.lanes = 1;
            Experiment first(config, data);
            hash_after(first, 2);
            const ServerState middle = first.state();
            const std::string one = hash_after(first, 1);
            config.experiment.lanes = 3;
            EXPECT_EQ(hash_after(config, data, 3), one);
            Experiment resumed(config, data);
            resumed.restore(middle);
            EXPECT_EQ(hash_after(resumed, 1), one);
        }
    }
}

/// The server's error of the way down is part of its state: without it a run goes on otherwise, and
/// a round that is given up has not moved it.
TEST_P(ExperimentStages, TheDownlinksErrorIsState) {
    config.method = {"fedavg"};
    config.stages = integers;
    Experiment first(config, data);
    EXPECT_EQ(first.state().downlink_error, std::vector<float>(first.model().layout.masked, 0.0f));
    hash_after(first, 2);
    const ServerState middle = first.state();
    std::size_t kept = 0;
    for (const float left : middle.downlink_error) kept += left != 0.0f;
    EXPECT_GT(kept, middle.downlink_error.size() / 2);
    std::stop_source stop;
    stop.request_stop();
    EXPECT_FALSE(first.run_round(stop.get_token()));
    EXPECT_EQ(first.state().downlink_error, middle.downlink_error);
    const std::string one = hash_after(first, 1);
    Experiment resumed(config, data);
    ServerState forgetful = middle;
    std::ranges::fill(forgetful.downlink_error, 0.0f);
    resumed.restore(forgetful);
    EXPECT_NE(hash_after(resumed, 1), one);
    forgetful.downlink_error.clear();
    EXPECT_TRUE(one_line([&] { resumed.restore(forgetful); },
                         "checkpoint: it is of a run that sent its model otherwise (an error of 0 "
                         "values is fed back, expected"));
}

/// The way down in integers: fewer bytes for all of a cohort, and a model that still learns.
TEST_P(ExperimentStages, IntegersQuarterTheDownlink) {
    config.method = {"fedavg"};
    Experiment plain(config, data);
    config.stages = {{"quantize"}};
    Experiment small(config, data);
    const ParameterLayout& layout = small.model().layout;
    std::size_t channels = 0, words = 0;
    for (const TensorSpec& tensor : layout.tensors) {
        if (tensor.role != Role::masked) continue;
        channels += tensor.shape.front();
        words += (tensor.elements() + 3) / 4;
    }
    const auto before = plain.run_round(), after = small.run_round();
    EXPECT_EQ(after->downlink_bytes,
              config.client.cohort * 4 * (words + channels + layout.state - layout.masked));
    EXPECT_EQ(after->uplink_bytes, before->uplink_bytes);
    EXPECT_NE(state_hash(small.state().global), state_hash(plain.state().global));
    EXPECT_TRUE(small.state().downlink_error.empty());
    EXPECT_FALSE(small.evaluate_deployed());
}

/// What is evaluated each round is float32; the weights as they are put to use have a figure apart.
TEST_P(ExperimentStages, QuantizedWeightsAreEvaluatedApart) {
    config.method = {"fedavg"};
    config.stages = {{"qat", {{"bits", std::int64_t{2}}, {"per", std::string("tensor")}}}};
    Experiment two(config, data);
    hash_after(two, 3);
    const auto deployed = two.evaluate_deployed();
    ASSERT_TRUE(deployed);
    EXPECT_EQ(deployed->samples, two.evaluate().samples);
    EXPECT_NE(deployed->loss, two.evaluate().loss);
    EXPECT_EQ(state_hash(two.state().global), hash_after(config, data, 3)); // it changes nothing
}

/// What is packed arrives as it was: no bit of the model moves, and fewer bytes are sent.
TEST_P(ExperimentStages, PackingChangesBytesAndNothingElse) {
    for (const char* method : {"fedavg", "topk", "qsgd"}) {
        config.method = method_named(method);
        config.stages = {};
        Experiment plain(config, data);
        config.stages = {{"deflate", {{"level", std::int64_t{9}}}}};
        Experiment small(config, data);
        for (int round = 0; round < 2; ++round) {
            const auto before = plain.run_round(), after = small.run_round();
            EXPECT_EQ(after->messages, before->messages);
            EXPECT_EQ(after->downlink_bytes, before->downlink_bytes);
            EXPECT_NE(after->uplink_bytes, before->uplink_bytes);
            EXPECT_LT(after->uplink_bytes, before->uplink_bytes + 64 * before->messages);
        }
        EXPECT_EQ(state_hash(plain.state().global), state_hash(small.state().global)) << method;
    }
}

/// The same of the entropy coder, on any number of lanes; a mask of 51,600 bits becomes shorter.
TEST_P(ExperimentStages, TheCoderChangesBytesAndNothingElse) {
    const Dataset images = halves(60, 20);
    config.data.name = "halves";
    config.data.partition = {"iid"};
    config.data.clients = 5;
    config.client = {.cohort = 4, .epochs = 1, .batch = 16, .lr = 0.1};
    for (const char* method : {"fedmrn", "terngrad", "qsgd", "signsgd"}) {
        SCOPED_TRACE(method);
        config.method = {method};
        config.stages = {};
        config.experiment.lanes = 1;
        Experiment plain(config, images);
        config.stages = {{"rans"}};
        Experiment one(config, images);
        config.experiment.lanes = 4;
        Experiment four(config, images);
        for (int round = 0; round < 2; ++round) {
            const auto before = plain.run_round(), after = one.run_round();
            EXPECT_EQ(four.run_round()->uplink_bytes, after->uplink_bytes);
            EXPECT_EQ(after->messages, 4U);
            const std::uint64_t uncoded = 4 * one.uncoded_bytes().value();
            EXPECT_LT(uncoded, after->uplink_bytes);
            if (std::string(method) == "signsgd") { // fair signs stay
                EXPECT_EQ(after->uplink_bytes, before->uplink_bytes + 4 * 21);
            } else {
                EXPECT_LT(10 * (after->uplink_bytes - uncoded),
                          9 * (before->uplink_bytes + 4 * 21 - uncoded));
            }
        }
        EXPECT_EQ(state_hash(plain.state().global), state_hash(one.state().global));
        EXPECT_EQ(state_hash(plain.state().global), state_hash(four.state().global));
        EXPECT_FALSE(plain.uncoded_bytes());
    }
}

/// Clients start from the model in 16 bits; the server's own, which is evaluated, has all 32.
TEST_P(ExperimentStages, HalfHalvesTheDownlink) {
    config.method = {"fedavg"};
    Experiment plain(config, data);
    config.stages = {{"half"}};
    Experiment half(config, data);
    EXPECT_EQ(half.state().global, plain.state().global);
    EXPECT_EQ(half.evaluate().loss, plain.evaluate().loss);
    const ParameterLayout& layout = half.model().layout;
    const auto before = plain.run_round(), after = half.run_round();
    EXPECT_EQ(before->downlink_bytes, config.client.cohort * 4 * layout.state);
    EXPECT_EQ(after->downlink_bytes,
              config.client.cohort *
                  (2 * layout.trainable + 4 * (layout.state - layout.trainable)));
    EXPECT_EQ(after->uplink_bytes, before->uplink_bytes);
    double moved = 0, apart = 0;
    for (std::size_t i = 0; i < layout.state; ++i) {
        const double a = plain.state().global[i], b = half.state().global[i];
        apart += (a - b) * (a - b);
        moved += a * a;
    }
    EXPECT_GT(apart, 0.0);
    EXPECT_LT(apart, 1e-4 * moved);
}

/// The simulated clock counts the bytes that are sent.
TEST_P(ExperimentStages, TheSimulatedNetworkCarriesWhatIsSent) {
    config.method = {"fedavg"};
    config.network.downlink = 1;
    const double whole = Experiment(config, data).run_round()->simulated_seconds;
    config.stages = {{"half"}};
    const double half = Experiment(config, data).run_round()->simulated_seconds;
    EXPECT_GT(whole, 0.0);
    EXPECT_NEAR(half / whole, 0.5, 1e-9); // this model has no statistics
}

TEST_P(ExperimentStages, AListThatIsNoneIsOneLine) {
    const auto opened = [&](StageConfig stages) {
        config.stages = std::move(stages);
        return [&] { Experiment(config, data); };
    };
    EXPECT_TRUE(one_line(opened({{"halve"}}), "stage.name: expected \"half\""));
    EXPECT_TRUE(one_line(opened({{"half", {{"format", std::string("float8")}}}}),
                         "stage.name = half: format: expected"));
    EXPECT_TRUE(one_line(opened({{"half"}, {"quantize"}}),
                         "stage.name = quantize: half says already how the model is sent"));
    EXPECT_TRUE(one_line(opened({{"qat", {{"schedule", std::string("9:16")}}}}),
                         "stage.name = qat: schedule: expected rising rounds with 2"));
    EXPECT_TRUE(one_line(opened({{"qat", {{"layers", std::string("conv1.weight:4")}}}}),
                         "stage.qat.layers: expected tensors of the model (linear1.weight, "
                         "linear2.weight), found \"conv1.weight\""));
    EXPECT_TRUE(one_line(opened({{"half"}, {"deflate"}, {"half"}}),
                         "stage.name = half: expected once in a run, found again"));
}

/// Recorded steps read the state where it is: it never moves, restored or not.
TEST_P(ExperimentStages, TheGlobalStateStaysWhereItIs) {
    const auto device = open_device(GetParam());
    const Model model = make_model(ModelConfig{}, shape_of_images({16, 16, 1}, 2));
    const auto method = make_method({"fedavg"}, model.layout);
    GlobalState state(*device, model.layout, {}, *method->server);
    state.begin(initial_state(model, 1));
    const DevicePointer<const float> place = state.data();
    ServerState other = state.state();
    other.global[0] = 42;
    state.restore(other);
    EXPECT_EQ(state.data(), place);
    float first = 0;
    device->copy_out(&first, state.data(), sizeof first);
    EXPECT_EQ(first, 42.0f);
}

} // namespace
} // namespace fedmrn::test
