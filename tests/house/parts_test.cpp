// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>

#include "engine/config/schema.hpp"
#include "engine/method/registry.hpp"
#include "fedmrn/config_file.hpp"
#include "fedmrn/dataset.hpp"
#include "fedmrn/error.hpp"
#include "fedmrn/experiment.hpp"
#include "fedmrn/schema.hpp"
#include "fedmrn/server.hpp"
#include "tests/house/toys.hpp"
#include "tests/support/run_files.hpp"

namespace fedmrn::test {
namespace {

using testing::HasSubstr;

/// An experiment of parts that none of the engine's files knows.
constexpr const char* toml = R"(
    [experiment]
    rounds = 3
    [data]
    name = "stripes"
    stripes = 4
    partition = "blocks"
    clients = 6
    [client]
    cohort = 2
    epochs = 2
    batch = 10
    lr = 0.1
    [model]
    name = "logistic"
    [method]
    name = "fedavg"
    [server]
    optimizer = "signs"
    step = 0.002
    sampling = "first"
)";

class Parts : public testing::Test {
protected:
    static void SetUpTestSuite() { register_toys(); }
};

TEST_F(Parts, FromOutsideRunAnExperiment) {
    const Config config = parse_config(toml, "toys.toml");
    Experiment experiment(config, load_dataset(config.data, 1));
    EXPECT_EQ(experiment.clients().clients(), 6u);
    const std::vector<float> before = experiment.state().global;
    ASSERT_TRUE(experiment.run_round());
    const std::vector<float>& after = experiment.state().global;
    ASSERT_EQ(after.size(), before.size());
    std::size_t moved = 0;
    for (std::size_t i = 0; i < after.size(); ++i) {
        const float way = after[i] - before[i];
        EXPECT_TRUE(way == 0.0f || std::abs(std::abs(way) - 0.002f) < 1e-6f) << way;
        moved += way != 0.0f;
    }
    EXPECT_GT(moved, after.size() / 2);
    EXPECT_EQ(experiment.state().moments.at("steps").front(), 1.0);
    while (experiment.state().round < 3) ASSERT_TRUE(experiment.run_round());
    EXPECT_GT(experiment.evaluate().accuracy, 0.9);
}

TEST_F(Parts, FromOutsideHaveKeys) {
    const Key* stripes = find_key("data", "stripes");
    ASSERT_NE(stripes, nullptr);
    EXPECT_EQ(stripes->when.text, "data.name = stripes");
    EXPECT_THAT(find_key("data", "partition")->expected, HasSubstr("\"blocks\""));
    EXPECT_THAT(keys_text("server.step"), HasSubstr("only with server.optimizer = signs"));
    const Config config = parse_config(toml, "toys.toml");
    EXPECT_EQ(config.data.options.at("stripes"), KeyValue(4));
    const Config back = parse_config(to_toml(config), "toys.toml");
    EXPECT_EQ(to_toml(back), to_toml(config));
}

TEST_F(Parts, FromOutsideAreCheckedAsOurs) {
    const auto refusal = [](const std::string& text) {
        return error_of([&] { (void)parse_config(text, "x.toml"); });
    };
    EXPECT_EQ(refusal("[data]\nname = 'stripes'\nstripes = 0"),
              "x.toml:3: data.stripes: expected an integer in 1 … 28, found 0");
    EXPECT_THAT(refusal("[data]\nname = 'stripes'\nstripe = 2"),
                HasSubstr("did you mean stripes?"));
    EXPECT_EQ(refusal("[data]\nstripes = 2"),
              "x.toml:2: data.stripes = 2 has no effect: it speaks to data.name = stripes");
    EXPECT_EQ(refusal("[server]\nstep = 1"),
              "x.toml:2: server.step = 1.0 has no effect: it speaks to server.optimizer = signs");
    Config config = parse_config(toml, "x.toml");
    config.data["stripes"] = 29;
    EXPECT_EQ(error_of([&] { (void)load_dataset(config.data, 1); }),
              "data.name = stripes: stripes: expected an integer in 1 … 28, found 29");
    config.data.options = {{"strips", 2}};
    EXPECT_EQ(
        error_of([&] { (void)load_dataset(config.data, 1); }),
        "data.name = stripes: unknown option strips; expected stripes; did you mean stripes?");
    config.data = {};
    config.data.name = "strips";
    EXPECT_THAT(error_of([&] { (void)load_dataset(config.data, 1); }),
                HasSubstr("found \"strips\"; did you mean stripes?"));
}

/// A method of the tests, by its name and with its number in messages.
TEST_F(Parts, AMethodFromOutsideIsANameToo) {
    const std::vector<std::string> set{"method.name=first_rows", "server.optimizer=sgd",
                                       "experiment.rounds=6"};
    std::string text(toml);
    text.erase(text.find("step = "), std::string("step = 0.002").size());
    const Config config = parse_config(text, "toys.toml", set);
    Experiment experiment(config, load_dataset(config.data, 1));
    const std::vector<float> before = experiment.state().global;
    while (experiment.state().round < 6) ASSERT_TRUE(experiment.run_round());
    const TensorSpec& weights = experiment.model().layout.tensors.front();
    const std::size_t row = weights.elements() / weights.shape.front();
    for (std::size_t i = row; i < weights.elements(); ++i) {
        ASSERT_EQ(experiment.state().global[i], before[i]) << i;
    }
    EXPECT_GT(experiment.evaluate().accuracy, 0.9);
    EXPECT_EQ(method_of_wire(200)->title, "FirstRows");
    MethodEntry twin = methods().at("first_rows");
    twin.name = "twin";
    EXPECT_EQ(error_of([&] { methods().add(twin); }),
              "method.name: \"twin\" has the number 200 of \"first_rows\"");
}

/// Two optimisers have a key of one name: the chosen one's range counts, wherever its name stands.
TEST_F(Parts, AKeyTakesWhatTheChosenPartDoes) {
    ServerOptimizerEntry far = server_optimizers().at("signs");
    far.name = "far";
    far.options = {number_option("momentum", {'[', 1, 9, ']'}, "of another kind")};
    server_optimizers().add(far);
    const auto momentum = [](const std::string& text) {
        return parse_config(text, "x.toml").server.optimizer.options.at("momentum");
    };
    const KeyValue three(3.0); // written as an integer
    EXPECT_EQ(momentum("[server]\noptimizer = 'far'\nmomentum = 3"), three);
    EXPECT_EQ(momentum("[server]\nmomentum = 3\noptimizer = 'far'"), three);
    EXPECT_EQ(error_of([&] { momentum("[server]\nmomentum = 3"); }),
              "x.toml:2: server.momentum: expected a number in [0, 1), found 3");
    EXPECT_EQ(error_of([&] { momentum("[server]\noptimizer = 'far'\nmomentum = 0.5"); }),
              "x.toml:3: server.momentum: expected a number in [1, 9], found 0.5");
    // What is switched off for another part loses nothing, as an integer too.
    EXPECT_NO_THROW((void)parse_config("[server]\noptimizer = 'adam'\nmomentum = 0", "x.toml"));
}

TEST_F(Parts, ANameIsTakenOnce) {
    EXPECT_EQ(error_of([] { datasets().add(datasets().at("mnist")); }),
              "data.name: \"mnist\" is registered already");
}

} // namespace
} // namespace fedmrn::test
