// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "experiments.hpp"
#include "fedmrn/device.hpp"
#include "tests/support/columns.hpp"
#include "tests/support/compare.hpp"
#include "tests/support/reason.hpp"

namespace fedmrn::test {
namespace {

/// What a configuration and the synthetic data set give.
auto made(const Config& config) {
    return [config] { Experiment(config, make_synthetic(1)); };
}

TEST(ExperimentError, ACohortLargerThanTheClientsIsOneLine) {
    Config config = perceptron_config();
    config.client.cohort = 11;
    EXPECT_TRUE(one_line(made(config),
                         "client.cohort: expected at most the number of clients (10), found 11"));
}

TEST(ExperimentError, MoreClientsThanSamplesIsOneLine) {
    Config config = perceptron_config();
    config.data.clients = 1001;
    EXPECT_TRUE(one_line(made(config), "clients = 1001: synthetic has 1000 training samples"));
}

TEST(ExperimentError, SamplesThatAreTooSmallForTheModelIsOneLine) {
    Config config = perceptron_config();
    config.model.name = "cnn4";
    EXPECT_TRUE(one_line(made(config), "model cnn4: samples of 1x1 are too small"));
}

TEST(ExperimentError, AugmentingWhatIsNoImageIsOneLine) {
    Config config = perceptron_config();
    config.data.augment = true;
    EXPECT_TRUE(one_line(made(config), "data.augment: expected images of more than 4 pixels a "
                                       "side, found synthetic with samples of 1x1"));
}

TEST(ExperimentError, ADatasetWithoutTestSamplesIsOneLine) {
    Dataset data = make_synthetic(1);
    data.test = split_of({}, {1, 1, 10}, 2);
    EXPECT_TRUE(
        one_line([&] { Experiment(perceptron_config(), data); }, "synthetic: no test samples"));
}

TEST(ExperimentError, ALabelOutOfRangeIsOneLine) {
    Dataset data = make_synthetic(1);
    Images train = images_of(data.train);
    train.labels[17] = 2;
    data.train = split_of(std::move(train), {1, 1, 10}, 2);
    EXPECT_TRUE(one_line([&] { Experiment(perceptron_config(), data); },
                         "data set synthetic, training samples, column label: 2 in sample 17, "
                         "expected 0 to 1"));
}

TEST(ExperimentError, Tf32OnACpuIsOneLine) {
    Config config = perceptron_config();
    config.experiment.precision = Precision::tf32;
    EXPECT_TRUE(one_line(made(config), "experiment.precision = \"tf32\""));
}

TEST(ExperimentError, AMissingDeviceIsOneLine) {
    if (gpu_is_there()) GTEST_SKIP() << "this machine has a CUDA device";
    EXPECT_TRUE(one_line(made(perceptron_config(DeviceKind::cuda)), "no CUDA device was found"));
}

TEST(ExperimentError, AGpuOrAStreamForTheCpuIsOneLine) {
    int stream = 0;
    for (const DevicePlace& place : {DevicePlace{.gpu = 0}, DevicePlace{.stream = &stream}}) {
        EXPECT_TRUE(one_line(
            [&] { Experiment(perceptron_config(), make_synthetic(1), {}, nullptr, place); },
            "device cpu: it has no GPU to choose"));
    }
}

TEST(ExperimentError, AStateOfAnotherModelIsOneLine) {
    Config config = perceptron_config();
    Experiment experiment(config, make_synthetic(1));
    ServerState state = experiment.state();
    state.global.pop_back();
    EXPECT_TRUE(one_line([&] { experiment.restore(state); }, "131 values, expected 132"));
    state = experiment.state();
    state.moments["velocity"].resize(132);
    EXPECT_TRUE(one_line([&] { experiment.restore(state); }, "132 + 132 values, expected 132"));
    EXPECT_NO_THROW(experiment.restore(experiment.state()));
}

/// A rate that no training survives: one line that says what to do, and the state of before.
TEST(ExperimentError, ADivergedRunIsOneLine) {
    for (const std::string name : {"fedavg", "fedmrn"}) {
        Config config = perceptron_config();
        config.method = method_named(name);
        config.client.lr = 1e6;
        config.client.momentum = 0.99; // pushes FedMRN's dense biases past any bound too
        Experiment experiment(config, make_synthetic(1));
        const auto before = experiment.state().global;
        EXPECT_TRUE(one_line(
            [&] {
                for (int i = 0; i < 5; ++i) experiment.run_round();
            },
            "lower client.lr", Fault::run));
        if (experiment.round() == 0) {
            EXPECT_TRUE(same_bits(experiment.state().global, before));
        }
    }
}

/// Whatever finds out first, be it the method, its error feedback or the server: the step sizes
/// that were set are named with their values, and it is never the message's fault.
TEST(ExperimentError, AdviceNamesWhatWasSet) {
    Config far = perceptron_config(), steep = far;
    far.server.lr = 1e6;
    far.server.optimizer["momentum"] = 0.5;
    steep.client.lr = 1e6;
    steep.client.momentum = 0.75;
    const auto rounds = [](Config config, const std::string& name) {
        config.method = method_named(name);
        return [config] {
            Experiment experiment(config, make_synthetic(1));
            for (int i = 0; i < 5; ++i) experiment.run_round();
        };
    };
    for (const std::string name :
         {"fedavg", "signsgd", "qsgd", "topk", "stc", "drive", "powersgd", "fedsparsify"}) {
        if (name != "fedsparsify") { // whose server takes no such step
            EXPECT_TRUE(
                one_line(rounds(far, name),
                         "; lower client.lr = 0.3 or server.lr = 1e+06 or server.momentum = 0.5",
                         Fault::run));
        }
        EXPECT_TRUE(one_line(rounds(steep, name),
                             "; lower client.lr = 1e+06 or client.momentum = 0.75", Fault::run));
    }
}

/// Weights that are set, not moved, take the plain step and no other.
TEST(ExperimentError, AMethodThatSetsWeightsTakesNoOtherServer) {
    for (const char* name : {"fedpm", "fedsparsify"}) {
        Config config = perceptron_config();
        config.method = method_named(name);
        EXPECT_NO_THROW(made(config)());
        const std::string sets = "this method's server sets the weights instead of moving them, "
                                 "which takes server.optimizer = \"sgd\", server.lr = 1 and "
                                 "server.momentum = 0";
        config.server.optimizer["momentum"] = 0.5;
        EXPECT_TRUE(one_line(made(config), "server.momentum = 0.5: " + sets));
        config.server.optimizer = {"sgd"};
        config.server.lr = 0.25;
        EXPECT_TRUE(one_line(made(config), "server.lr = 0.25: " + sets));
        config.server = {.optimizer = "adam", .lr = 1.0};
        EXPECT_TRUE(one_line(made(config), "server.optimizer: " + sets));
    }
}

TEST(Devices, TheCpuIsAlwaysThereAndFirst) {
    const auto devices = available_devices();
    ASSERT_FALSE(devices.empty());
    EXPECT_EQ(devices.front().kind, DeviceKind::cpu);
    EXPECT_GE(devices.front().cores, 1u);
    EXPECT_GT(devices.front().memory, 1u << 20);
    std::string why;
    EXPECT_EQ(choose_device(DeviceKind::cpu, why), DeviceKind::cpu);
    EXPECT_FALSE(why.empty());
}

} // namespace
} // namespace fedmrn::test
