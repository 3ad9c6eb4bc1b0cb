// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "engine/store/export.hpp"
#include "experiments.hpp"
#include "tests/support/methods_under_test.hpp"
#include "tests/support/reason.hpp"
#include "tests/support/run_files.hpp"
#include "tests/support/thread_ranks.hpp"

namespace fedmrn::test {
namespace {

/// A teacher that has been trained as an experiment of its own, and left in a file.
class ExperimentDistil : public PerDevice {
protected:
    void SetUp() override {
        PerDevice::SetUp();
        if (IsSkipped()) return;
        Config alone = config;
        alone.method = {"fedavg"};
        alone.model.name = "logistic";
        Experiment experiment(alone, data);
        for (int round = 0; round < 10; ++round) experiment.run_round();
        export_model(file, experiment.model(), experiment.weights(),
                     {{"model", experiment.model().name}});
        taught = experiment.evaluate();
        hash = state_hash(experiment.weights());
        config.client.epochs = 1;
        config.client.lr = 0.05;
    }
    StageConfig distil(double weight) const {
        return {{"distil", {{"teacher", file.string()}, {"weight", weight}}}};
    }
    const TemporaryFolder folder;
    const std::filesystem::path file = folder / "teacher.safetensors";
    Config config = perceptron_config(GetParam());
    const Dataset data = make_synthetic(1);
    Evaluation taught; ///< the teacher's
    std::string hash;
};
INSTANTIATE_TEST_SUITE_P(On, ExperimentDistil, ::testing::ValuesIn(kinds_under_test()), kind_name);

/// Beside stages that change the weights, and what is sent either way.
TEST_P(ExperimentDistil, LanesAndResumingNeverChangeAResult) {
    const StageConfig others{{"half"}, {"qat"}, {"deflate"}};
    for (const NamedMethod& named : methods_under_test()) {
        SCOPED_TRACE(named.name);
        config.method = named.config;
        config.stages = others;
        const std::string plain = hash_after(config, data, 2);
        config.stages.push_back(distil(0.7).front());
        config.experiment.lanes = 1;
        Experiment first(config, data);
        EXPECT_EQ(first.teacher_hash(), hash);
        hash_after(first, 1);
        const ServerState middle = first.state();
        const std::string one = hash_after(first, 1);
        EXPECT_NE(one, plain);
        config.experiment.lanes = 3;
        EXPECT_EQ(hash_after(config, data, 2), one);
        Experiment resumed(config, data);
        resumed.restore(middle);
        EXPECT_EQ(hash_after(resumed, 1), one);
    }
}

TEST_P(ExperimentDistil, RanksNeverChangeAResult) {
    config.stages = distil(0.7);
    config.experiment.lanes = 1;
    const std::string one = hash_after(config, data, 2);
    ThreadRanks::run(3, [&](const std::shared_ptr<Communicator>& job) {
        Experiment experiment(config, data, {}, job);
        EXPECT_EQ(hash_after(experiment, 2), one);
    });
}

/// Clients whose labels are all the same learn what the teacher knows, and from nobody else.
TEST_P(ExperimentDistil, TheTeacherAloneTeaches) {
    Dataset blind = data;
    Images images = images_of(blind.train);
    std::ranges::fill(images.labels, std::uint16_t{0});
    blind.train = split_of(std::move(images), {1, 1, 10}, 2);
    config.data.partition = {"iid"};
    config.method = {"fedavg"};
    const auto accuracy = [&](const StageConfig& stages) {
        config.stages = stages;
        Experiment experiment(config, blind);
        for (int round = 0; round < 15; ++round) experiment.run_round();
        return experiment.evaluate().metrics.front();
    };
    const double known = taught.metrics.front();
    EXPECT_GT(known, 0.7);
    EXPECT_GT(accuracy(distil(1)), known - 0.05);
    EXPECT_LT(accuracy({}), known - 0.15); // what one class is of all
}

TEST_P(ExperimentDistil, WhatDoesNotFitIsOneLine) {
    const auto opened = [&] { return [this] { Experiment(config, data); }; };
    config.stages = {{"distil"}};
    EXPECT_TRUE(one_line(opened(), "stage.name = distil: teacher: expected the file of a trained "
                                   "model, found none"));
    config.stages = {{"distil", {{"teacher", (folder / "none").string()}}}};
    EXPECT_TRUE(one_line(opened(), "stage.distil.teacher: " + (folder / "none").string()));
    config.stages = {
        {"distil", {{"teacher", file.string()}, {"teacher_model", std::string("mlp")}}}};
    EXPECT_TRUE(one_line(opened(), "stage.distil.teacher: " + file.string() +
                                       ": linear1.weight is F32 of 2x10, mlp for this data set "
                                       "has F32 of 10x10"));
    config.stages = distil(0.5);
    config.model.loss = {"other"};
    EXPECT_TRUE(one_line(opened(), "model.loss"));
}

} // namespace
} // namespace fedmrn::test
