// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>

#include "engine/client/lane_group.hpp"
#include "engine/config/same_run.hpp"
#include "engine/server/downlink.hpp"
#include "fedmrn/dataset.hpp"
#include "fedmrn/experiment.hpp"
#include "fedmrn/stage.hpp"
#include "tests/house/odd.hpp"
#include "tests/house/toys.hpp"
#include "tests/support/federation.hpp"
#include "tests/support/method_test.hpp"
#include "tests/support/methods_under_test.hpp"
#include "tests/support/run_files.hpp"

namespace fedmrn::test {
namespace {

class OwnStage : public MethodTest {
protected:
    std::vector<Message> train(const Method& method, const Stages& stages, std::size_t lanes) {
        const Federation federation(device, model, {23, 8, 40});
        const Buffer<float> g(device, global);
        const ClientConfig client{.epochs = 2, .batch = 8, .lr = 0.05, .momentum = 0.5};
        Downlink downlink(device, model.layout, stages.model_codec());
        LaneGroup group(device, model, method, stages, client, lanes, Real::f32);
        std::vector<Message> sent(3);
        for (const double decay : {1.0, 0.5}) { // recorded, then replayed
            std::size_t taken = 0;
            group.run(
                federation.resident.view(), downlink.send({4, g.data(), decay}).round,
                [&]() -> std::optional<ClientTask> {
                    return taken < 3 ? std::optional(federation.tasks[taken++]) : std::nullopt;
                },
                [&](const ClientTask& task, const MessageView& message, const LaneMetrics&) {
                    sent[task.slot] = owned(message);
                },
                [](std::uint64_t) {}, {});
        }
        return sent;
    }
    Stages odd(std::uint32_t frozen) {
        return Stages({std::make_shared<const Odd>(OddOptions{frozen}, model.layout)});
    }
};
INSTANTIATE_TEST_SUITE_P(On, OwnStage, ::testing::ValuesIn(kinds_under_test()), kind_name);

/// Under FedAvg, whose message is the update: what is frozen has none.
TEST_P(OwnStage, IsCalledAtEveryHook) {
    const auto method = make_method({"fedavg"}, model.layout);
    const std::size_t frozen = model.layout.tensors[0].elements();
    const auto sent = train(*method, odd(static_cast<std::uint32_t>(frozen)), 2);
    std::size_t moved = 0;
    for (std::size_t i = 0; i < model.layout.trainable; ++i) {
        if (i < frozen) {
            ASSERT_EQ(sent[0].dense[i], 0.0f);
        }
        moved += sent[0].dense[i] != 0.0f;
    }
    EXPECT_GT(moved, (model.layout.trainable - frozen) / 2);
    const auto other = train(*method, Stages(), 2);
    EXPECT_NE(other[0].dense[frozen], sent[0].dense[frozen]);
}

/// Doubled exactly, on the way into the message.
TEST_P(OwnStage, ChangesTheUpdateThatIsEncoded) {
    const auto method = make_method({"fedavg"}, model.layout);
    const auto update = updates(1);
    const Buffer<float> g(device, global), u(device, update);
    const Message sent =
        sent_by(*method, odd(0), device, {7, g.data()}, {1, 1001, 10, u.data(), g.data()});
    for (std::size_t i = 0; i < update.size(); ++i) ASSERT_EQ(sent.dense[i], 2 * update[i]);
    EXPECT_EQ(u.read(), update); // the lane's own is left alone
}

/// On any method, and lanes change nothing of it.
TEST_P(OwnStage, StandsOnEveryMethod) {
    for (const NamedMethod& named : methods_under_test()) {
        const auto method = make_method(named.config, model.layout, 11);
        const Stages stages = odd(10);
        EXPECT_EQ(train(*method, stages, 1), train(*method, stages, 3)) << named.name;
    }
}

/// Named by a file, beside a data set and others that the engine does not know either.
constexpr const char* toml = R"(
[experiment]
rounds = 4
lanes = 1
[data]
name = "stripes"
partition = "blocks"
clients = 6
[client]
cohort = 3
epochs = 2
batch = 10
lr = 0.05
schedule = "inverse"
decay_rounds = 2
[model]
name = "logistic"
[method]
name = "fedavg"
[server]
sampling = "first"
[[stage]]
name = "odd"
frozen = 7
)";

class OwnStageByName : public PerDevice {
protected:
    static void SetUpTestSuite() { register_toys(); }
    [[nodiscard]] Config config(const std::vector<std::string>& set = {}) const {
        Config made = parse_config(toml, "x.toml", set);
        made.experiment.device = GetParam();
        return made;
    }
    static std::string hash_after(Experiment& experiment, std::uint32_t rounds) {
        while (experiment.round() < rounds) experiment.run_round();
        return state_hash(experiment.state().global);
    }
    static std::string hash_of(const Config& config) {
        Experiment experiment(config, load_dataset(config.data, 1));
        return hash_after(experiment, config.experiment.rounds);
    }
};
INSTANTIATE_TEST_SUITE_P(On, OwnStageByName, ::testing::ValuesIn(kinds_under_test()), kind_name);

/// The server's own of what is frozen stays, and bytes down are those that the codec made.
TEST_P(OwnStageByName, RunsAnExperiment) {
    Experiment experiment(config(), load_dataset(config().data, 1));
    const std::vector<float> before = experiment.state().global;
    const auto metrics = experiment.run_round();
    EXPECT_EQ(metrics->downlink_bytes, 3 * (before.size() - 7) * sizeof(float));
    EXPECT_EQ(metrics->messages, 3U);
    for (std::size_t i = 0; i < before.size(); ++i) {
        ASSERT_EQ(experiment.state().global[i] == before[i], i < 7) << i;
    }
    ASSERT_EQ(experiment.state().memory.size(), 3U);
    EXPECT_EQ(experiment.state().memory.begin()->second, std::vector<float>{1});
}

TEST_P(OwnStageByName, LanesAndResumingChangeNoBit) {
    for (const char* method : {"fedavg", "fedmrn", "topk", "fedbat"}) {
        SCOPED_TRACE(method);
        const std::string name = std::string("method.name=") + method;
        const Config one = config({name, "experiment.lanes=1"});
        const std::string hash = hash_of(one);
        EXPECT_EQ(hash_of(config({name, "experiment.lanes=3"})), hash);
        EXPECT_NE(hash_of(config({name, "stage.name="})), hash);
        Experiment first(one, load_dataset(one.data, 1)), second(one, load_dataset(one.data, 1));
        hash_after(first, 2);
        second.restore(first.state());
        EXPECT_EQ(hash_after(second, 4), hash);
    }
}

TEST_P(OwnStageByName, IsSaidAndRefusedAsOursAre) {
    EXPECT_EQ(to_toml(parse_config(to_toml(config()), "y.toml")), to_toml(config()));
    const auto refusal = [&](const std::vector<std::string>& set) {
        return error_of([&] { (void)config(set); });
    };
    EXPECT_EQ(refusal({"stage.odd.frozen=2000"}),
              "--set stage.odd.frozen=2000: stage.odd.frozen: expected an integer in 0 … 1000, "
              "found 2000");
    EXPECT_EQ(refusal({"method.name=fedpm"}),
              "x.toml:22: stage.name = odd: fedpm has no weights of its own");
    EXPECT_THAT(refusal({"stage.name=odd,half"}),
                testing::HasSubstr("stage.name = half: odd says already how the model is sent"));
    EXPECT_THAT(refusal({"stage.name=deflate,odd"}),
                testing::HasSubstr("stage.name = odd: deflate packs the messages already"));
    StageEntry twin = stages().at("odd");
    twin.name = "twin";
    EXPECT_EQ(error_of([&] { stages().add(twin); }),
              "stage.name: \"twin\" has the number 200 of \"odd\"");
    EXPECT_EQ(error_of([&] { require_same_run(config(), config({"stage.odd.frozen=8"}), "run"); }),
              "run: cannot resume: stage.odd.frozen was 7 and is 8 now");
    EXPECT_EQ(error_of([&] { require_same_run(config(), config({"stage.name="}), "run"); }),
              "run: cannot resume: stage.name was \"odd\" and is \"\" now");
}

} // namespace
} // namespace fedmrn::test
