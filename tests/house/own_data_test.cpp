// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>

#include "fedmrn/config_file.hpp"
#include "fedmrn/dataset.hpp"
#include "fedmrn/experiment.hpp"
#include "fedmrn/graph.hpp"
#include "tests/house/toys.hpp"
#include "tests/support/on_device.hpp"
#include "tests/support/run_files.hpp"

/// Data that are no images with a label each, and models for them, by their names.
namespace fedmrn::test {
namespace {

using testing::HasSubstr;

constexpr const char* toml = R"(
    [experiment]
    rounds = 12
    [data]
    name = "waves"
    features = 4
    partition = "iid"
    clients = 6
    [client]
    cohort = 3
    epochs = 4
    batch = 10
    lr = 0.1
    [model]
    name = "curve"
    width = 6
    [method]
    name = "fedavg"
)";

Config of(const std::vector<std::string>& set = {}) { return parse_config(toml, "own.toml", set); }

/// The text model on the tokens.
Config text(const std::string& method, DeviceKind kind) {
    Config config = of();
    config.experiment.device = kind;
    config.experiment.rounds = 8;
    config.data.name = "phrases";
    config.data.options = {};
    config.model.name = "tagger";
    config.model.options = {};
    config.method = {method};
    config.client.lr = 0.3;
    return config;
}

struct Trained {
    double before = 0, after = 0;
    std::string hash;
};

Trained run(Config config, std::uint32_t lanes) {
    config.experiment.lanes = lanes;
    Experiment experiment(config, load_dataset(config.data, 1));
    Trained run;
    run.before = experiment.evaluate().loss;
    while (experiment.round() < config.experiment.rounds) {
        EXPECT_TRUE(experiment.run_round());
    }
    run.after = experiment.evaluate().loss;
    run.hash = state_hash(experiment.state().global);
    return run;
}

class OwnData : public PerDevice {
protected:
    static void SetUpTestSuite() { register_toys(); }
};
INSTANTIATE_TEST_SUITE_P(On, OwnData, testing::ValuesIn(kinds_under_test()), kind_name);

/// Its layers are written for the CPU alone.
TEST(OwnNumbers, AreTrainedOnByName) {
    register_toys();
    for (const std::string method : {"fedavg", "fedmrn"}) {
        const Trained one = run(of({"method.name=" + method}), 1);
        EXPECT_LT(one.after, 0.8 * one.before) << method;
        EXPECT_EQ(one.hash, run(of({"method.name=" + method}), 3).hash) << method;
    }
}

TEST_P(OwnData, OfRaggedTokensIsTrainedOnByName) {
    for (const std::string method : {"fedavg", "fedmrn"}) {
        const Trained one = run(text(method, GetParam()), 1);
        EXPECT_LT(one.after, 0.8 * one.before) << method;
        EXPECT_EQ(one.hash, run(text(method, GetParam()), 3).hash) << method;
    }
}

/// Evaluations count tokens; all clients' tokens are those of the training samples.
TEST_P(OwnData, IsEvaluatedClientByClient) {
    const Config config = text("fedavg", GetParam());
    const Dataset data = load_dataset(config.data, 1);
    Experiment experiment(config, data);
    const auto tokens = [](const Split& split) {
        return split.column("tokens").as<std::int32_t>().size();
    };
    EXPECT_EQ(experiment.evaluate().samples, tokens(data.test));
    std::uint64_t sum = 0;
    for (const Evaluation& client : experiment.evaluate_clients()) sum += client.samples;
    EXPECT_EQ(sum, tokens(data.train));
    EXPECT_EQ(experiment.clients().clients(), 6u);
}

class Misfit : public testing::Test {
protected:
    static void SetUpTestSuite() { register_toys(); }
    static std::string error(const Config& config) {
        return error_of([&] { Experiment(config, load_dataset(config.data, 1)); });
    }
    /// Of a model with one input beside what "waves" has.
    static std::string with(const std::string& name, const Tensor& tensor, LayerPtr layer) {
        static int number = 0;
        ModelEntry entry{{"misfit" + std::to_string(++number), "", ""}};
        entry.make = [=](const Options&, const DataShape&, const Head&) {
            Graph g;
            const Value in = g.input(name, tensor), tag = g.input("tag", labels(tensor.rows));
            Value h = layer != nullptr ? g.add(layer, {in}) : in;
            h = g.add(linear({.out = 4}), {h});
            g.loss("tag", cross_entropy(), {h, tag});
            return g.finish("misfit");
        };
        models().add(entry);
        Config config = text("fedavg", DeviceKind::cpu);
        config.model.name = entry.name;
        return error(config);
    }
};

TEST_F(Misfit, OfModelAndColumnsIsOneLine) {
    const Tensor words{{}, Element::i32, ragged(9)};
    const std::string has = ", data set phrases has the columns tokens (one i32 a token of up to "
                            "9), tag (one u16 a token of up to 9)";
    EXPECT_EQ(with("words", words, embedding({.vocabulary = 12})),
              "model misfit: input words: expected a column of one i32 a token of up to 9" + has);
    EXPECT_EQ(with("tokens", {{}, Element::i32, ragged(8)}, embedding({.vocabulary = 12})),
              "model misfit: input tokens: expected a column of one i32 a token of up to 8" + has);
    EXPECT_EQ(with("tokens", {{2}, Element::real, ragged(9)}, nullptr),
              "model misfit: input tokens: expected a column of 2 real a token of up to 9" + has);
    EXPECT_EQ(with("tokens", words, embedding({.vocabulary = 11})),
              "model misfit: input tokens: expected integers below 11, those of data set phrases "
              "are below 12");
}

TEST_F(Misfit, OfAModelFromTheZooIsOneLine) {
    Config config = of();
    config.model.name = "mlp";
    config.model.options = {};
    EXPECT_EQ(error(config),
              "model mlp: expected columns x (u8 or f32 a sample) and label (a class a sample), "
              "found x (4 f32), target (1 f32)");
}

TEST_F(Misfit, OfWhatWantsClassesOrImagesIsOneLine) {
    Config config = of();
    config.data.partition = {"labeldir"};
    EXPECT_EQ(error(config), "[data] partition = \"labeldir\": waves has no classes, expected a "
                             "data set with a column label or another partition");
    config = of();
    config.data.augment = true;
    EXPECT_EQ(error(config), "data.augment: expected images of bytes, found waves with the columns "
                             "x (4 f32), target (1 f32)");
}

} // namespace
} // namespace fedmrn::test
