// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#include <filesystem>
#include <sstream>

#include <gmock/gmock.h>

#include "engine/config/choices.hpp"
#include "engine/config/schema.hpp"
#include "engine/method/registry.hpp"
#include "engine/report/report.hpp"
#include "engine/run/runner.hpp"
#include "engine/store/metrics_file.hpp"
#include "engine/store/summary.hpp"
#include "fedmrn/config_file.hpp"
#include "fedmrn/dataset.hpp"
#include "fedmrn/error.hpp"
#include "fedmrn/experiment.hpp"
#include "fedmrn/metric.hpp"
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
    while (experiment.round() < 3) ASSERT_TRUE(experiment.run_round());
    EXPECT_GT(experiment.evaluate().metrics[0], 0.9);
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
    while (experiment.round() < 6) ASSERT_TRUE(experiment.run_round());
    const TensorSpec& weights = experiment.model().layout.tensors.front();
    const std::size_t row = weights.elements() / weights.shape.front();
    for (std::size_t i = row; i < weights.elements(); ++i) {
        ASSERT_EQ(experiment.state().global[i], before[i]) << i;
    }
    EXPECT_GT(experiment.evaluate().metrics[0], 0.9);
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

/// A loss, metrics and a layer of the tests, by their names; every file of the run follows.
TEST_F(Parts, ARunIsJudgedByTheMetricsThatAreSaid) {
    const TemporaryFolder folder;
    const std::vector<std::string> set{"experiment.out=" + (folder / "run").string(),
                                       "experiment.rounds=8",
                                       "experiment.per_client=true",
                                       "server.optimizer=sgd",
                                       "server.eval_every=3",
                                       "model.name=sequential",
                                       "model.layers=linear(out=8), swish",
                                       "model.loss=hinge",
                                       "model.margin=2",
                                       "model.metrics=place, accuracy, topk(k=2)"};
    std::string text(toml);
    text.erase(text.find("step = "), std::string("step = 0.002").size());
    const Config config = parse_config(text, "toys.toml", set);
    std::ostringstream out;
    ASSERT_EQ(run(config, {}, out), 0);
    EXPECT_THAT(out.str(), HasSubstr("each client's place is on"));
    EXPECT_THAT(out.str(), HasSubstr("\n  place             1"));
    EXPECT_THAT(out.str(), HasSubstr("\n  top2              100.00 % after 8 rounds, best"));

    const auto rounds = read_metrics(folder / "run/metrics.jsonl");
    ASSERT_EQ(rounds.size(), 8u);
    for (const RoundMetrics& round : rounds) {
        ASSERT_EQ(round.metrics.size(), 3u);
        EXPECT_EQ(round.metrics[0].name, "place");
        EXPECT_EQ(round.value("place").has_value(), round.round % 3 == 0 || round.round == 8);
        if (!round.loss) continue;
        // Two classes: a label is first or second.
        EXPECT_NEAR(*round.value("place"), 2 - *round.value("accuracy"), 1e-12);
        EXPECT_EQ(round.value("top2"), 1.0);
    }
    EXPECT_GT(rounds.back().value("accuracy"), 0.9);

    const Summary summary = read_summary(folder / "run/summary.json");
    ASSERT_EQ(summary.metrics.size(), 3u);
    EXPECT_EQ(summary.metrics[0].measure, (Measure{"place", Better::lower, Unit::number}));
    EXPECT_EQ(summary.metrics[0].last, rounds.back().value("place"));
    EXPECT_EQ(summary.metrics[0].best,
              std::min({*rounds[2].value("place"), *rounds[5].value("place"),
                        *rounds[7].value("place")}));
    EXPECT_GE(summary.clients->worst_tenth, summary.clients->mean); // the lower the better
    EXPECT_THAT(slurp(folder / "run/summary.json"), HasSubstr("\"place_worst_tenth\""));
    EXPECT_THAT(slurp(folder / "run/clients.csv"),
                testing::StartsWith("client,samples,place,accuracy,top2,loss\n"));
    EXPECT_THAT(slurp(folder / "run/clients.svg"), HasSubstr(">place on a client's own samples<"));
    EXPECT_FALSE(std::filesystem::exists(folder / "run/accuracy.svg"));
    EXPECT_THAT(slurp(folder / "run/place.svg"), HasSubstr(">test place</text>"));

    const std::vector<std::filesystem::path> runs{folder / "run"};
    const auto shown = [&](const std::string& metric) {
        std::ostringstream report_text;
        report(runs, std::nullopt, report_text, metric);
        return report_text.str();
    };
    EXPECT_THAT(shown(""), testing::ContainsRegex(" place +best +rounds"));
    EXPECT_THAT(shown("top2"), HasSubstr("100.00 %   100.00 %"));
    EXPECT_THAT(shown("loss"), testing::ContainsRegex(" loss +best +rounds"));
    EXPECT_THAT(error_of([&] { shown("recall"); }),
                HasSubstr("run: has no metric recall, expected place, accuracy, top2 or loss; "));

    RunOptions resume;
    resume.resume = true;
    EXPECT_EQ(run(config, resume, out), 0);
    EXPECT_THAT(out.str(), HasSubstr("finished already"));
    EXPECT_THAT(error_of([&] {
                    const Config other = parse_config(
                        text, "toys.toml", std::vector<std::string>(set.begin(), set.end() - 1));
                    (void)run(other, resume, out);
                }),
                HasSubstr("model.metrics"));
}

/// A name that a round's line has already.
TEST_F(Parts, AMetricsNameIsAColumnOfItsOwn) {
    MetricEntry entry = metrics().at("place");
    entry.name = "samples";
    metrics().add(entry);
    const TemporaryFolder folder;
    std::string text(toml);
    text.erase(text.find("step = "), std::string("step = 0.002").size());
    const std::vector<std::string> set{"experiment.out=" + (folder / "run").string(),
                                       "server.optimizer=sgd", "model.metrics=samples"};
    const Config config = parse_config(text, "toys.toml", set);
    std::ostringstream out;
    EXPECT_THAT(error_of([&] { (void)run(config, {}, out); }),
                HasSubstr("metric samples: expected another name"));
}

TEST_F(Parts, OfOneKindAreListed) {
    for (const PartKind& kind : part_kinds()) {
        if (kind.nouns == "losses") {
            EXPECT_THAT(part_text(kind, "hinge"), HasSubstr("\nmodel.margin\n"));
        } else if (kind.nouns == "metrics") {
            EXPECT_THAT(parts_text(kind), HasSubstr("place"));
            EXPECT_THAT(part_text(kind, "topk"), HasSubstr("\nk\n    places"));
            EXPECT_THAT(error_of([&] { (void)part_text(kind, "topp"); }),
                        HasSubstr("did you mean topk?"));
        } else if (kind.nouns == "layers") {
            EXPECT_THAT(parts_text(kind), HasSubstr("swish"));
            EXPECT_THAT(part_text(kind, "conv"), HasSubstr("16777216; to be said\n"));
        }
    }
}

TEST_F(Parts, ANameIsTakenOnce) {
    EXPECT_EQ(error_of([] { datasets().add(datasets().at("mnist")); }),
              "data.name: \"mnist\" is registered already");
}

} // namespace
} // namespace fedmrn::test
