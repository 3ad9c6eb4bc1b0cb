// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#include <atomic>
#include <mutex>

#include <gtest/gtest.h>

#include "engine/server/cohort.hpp"
#include "experiments.hpp"
#include "tests/support/compare.hpp"

namespace fedmrn::test {
namespace {

class Metrics : public PerDevice {
protected:
    Config config = perceptron_config(GetParam());
    const Dataset data = make_synthetic(1);
};
INSTANTIATE_TEST_SUITE_P(On, Metrics, ::testing::ValuesIn(kinds_under_test()), kind_name);

/// FedMRN on 10-10-2: a mask of 120 bits in 4 words, 12 biases, and so 16 + 48 bytes of payload;
/// the header has 48, the CRC 4, the table 4 tensors of 2 bytes.
TEST_P(Metrics, CountTheCohortsBytesAndSamples) {
    Experiment experiment(config, data);
    for (std::uint32_t round = 1; round <= 3; ++round) {
        const auto metrics = experiment.run_round();
        std::uint64_t samples = 0;
        for (const std::uint64_t k : sample_cohort(1, round, 10, 5)) {
            samples += experiment.clients().samples(k);
        }
        EXPECT_EQ(metrics->round, round);
        EXPECT_EQ(metrics->samples, 5 * samples); // epochs
        EXPECT_EQ(metrics->uplink_bytes, 5u * (48 + 4 * 2 + 16 + 48 + 4));
        EXPECT_EQ(metrics->downlink_bytes, 5u * 132 * 4);
        EXPECT_TRUE(std::isfinite(metrics->train_loss));
        EXPECT_GE(metrics->seconds, metrics->train_seconds);
    }
    EXPECT_EQ(experiment.float32_bytes(), 132u * 4);
    EXPECT_EQ(experiment.lanes(), 2u);
}

TEST_P(Metrics, AreEvaluatedEveryFewRoundsAndInTheLast) {
    config.server.eval_every = 3;
    config.experiment.rounds = 7;
    Experiment experiment(config, data);
    for (std::uint32_t round = 1; round <= 7; ++round) {
        const auto metrics = experiment.run_round();
        const bool expected = round == 3 || round == 6 || round == 7;
        EXPECT_EQ(metrics->accuracy.has_value(), expected) << round;
        EXPECT_EQ(metrics->loss.has_value(), expected) << round;
    }
}

TEST_P(Metrics, ProgressRisesToOne) {
    Experiment experiment(config, data);
    std::mutex mutex;
    double last = 0;
    std::uint64_t samples = 0;
    const auto metrics = experiment.run_round({}, [&](double done, std::uint64_t so_far) {
        const std::scoped_lock lock(mutex); // two lanes may report in either order
        last = std::max(last, done);
        samples = std::max(samples, so_far);
        EXPECT_LE(done, 1.0);
    });
    EXPECT_EQ(last, 1.0);
    EXPECT_EQ(samples, metrics->samples);
}

/// A client that drops out is as if it had not been drawn, but for the bytes it was sent.
TEST_P(Metrics, DroppedClientsAreLeftOut) {
    config.network = {.uplink = 8, .downlink = 80, .speed = 1000, .dropout = 0.4};
    Experiment experiment(config, data);
    std::uint64_t dropped = 0;
    for (int i = 0; i < 6; ++i) {
        const auto metrics = experiment.run_round();
        dropped += metrics->dropped;
        const std::uint64_t stayed = 5 - metrics->dropped;
        EXPECT_GE(stayed, 1u);
        EXPECT_EQ(metrics->uplink_bytes, stayed * 124);
        EXPECT_EQ(metrics->downlink_bytes, 5u * 132 * 4);
        // The rates are all clients' alike: the slowest has the most samples.
        EXPECT_GE(metrics->simulated_seconds,
                  static_cast<double>(metrics->samples) / static_cast<double>(stayed) / 1000);
        EXPECT_LE(metrics->simulated_seconds,
                  static_cast<double>(metrics->samples) / 1000 + 528e-7 + 124e-6 + 1e-9);
    }
    EXPECT_GT(dropped, 3u); // of 30, at 0.4
    EXPECT_LT(dropped, 24u);
    config.network.dropout = 0;
    EXPECT_EQ(Experiment(config, data).run_round()->dropped, 0u);
}

/// A client that does not train costs the device its samples and nothing else.
TEST_P(Metrics, AMillionClientsNeedNoMoreThanTheirSamples) {
    config.data.partition = Partition::iid;
    config.data.clients = 1'000'000;
    config.data.samples = 1'000'000;
    config.client = {.cohort = 40, .epochs = 2, .batch = 1, .lr = 0.1};
    config.experiment.lanes = 20;
    const Dataset one_each = load_dataset(config.data, 1);
    const auto device = open_device(GetParam()); // tells of the memory of all of them
    const std::size_t before = device->free_memory();
    Experiment experiment(config, one_each);
    const auto metrics = experiment.run_round();
    EXPECT_EQ(metrics->samples, 80u);
    EXPECT_EQ(experiment.clients().clients(), 1'000'000u);
    if (GetParam() == DeviceKind::cuda) {
        // 10 bytes of pixels, 2 of label and 4 of order a sample; 20 lanes of 132 parameters.
        EXPECT_LT(before - std::min(before, device->free_memory()), std::size_t{32} << 20);
    }
}

/// A stop gives the round up; the state is what it was, and the run can go on from there.
TEST_P(Metrics, AStoppedRoundNeverHappened) {
    Experiment experiment(config, data), undisturbed(config, data);
    experiment.run_round();
    const auto before = experiment.state().global;
    std::stop_source stop;
    std::atomic<int> steps{0};
    EXPECT_FALSE(experiment.run_round(stop.get_token(), [&](double, std::uint64_t) {
        if (++steps == 3) stop.request_stop();
    }));
    EXPECT_EQ(experiment.state().round, 1u);
    EXPECT_TRUE(same_bits(experiment.state().global, before));
    EXPECT_FALSE(experiment.run_round(stop.get_token())); // asked before it began
    experiment.run_round();
    EXPECT_EQ(state_hash(experiment.state().global), hash_after(undisturbed, 2));
}

} // namespace
} // namespace fedmrn::test
