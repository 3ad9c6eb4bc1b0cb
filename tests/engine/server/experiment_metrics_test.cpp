// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#include <atomic>
#include <mutex>

#include <gtest/gtest.h>

#include "engine/server/cohort.hpp"
#include "experiments.hpp"
#include "fedmrn/images.hpp"
#include "tests/support/columns.hpp"
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
        EXPECT_EQ(metrics->messages, 5u);
        EXPECT_TRUE(std::isfinite(metrics->train_loss.value()));
        const WallTime& time = metrics->time;
        EXPECT_GE(time.all, time.training + time.messages + time.aggregation + time.evaluation);
    }
    EXPECT_EQ(experiment.float32_bytes(), 132u * 4);
    EXPECT_EQ(experiment.lanes(), 2u);
}

/// What clients set aside judges the model in the test set's place: the same training judged by a
/// test set of just these samples gives the same numbers, and the test set itself is not looked at.
TEST_P(Metrics, OfWhatClientsSetAside) {
    config.data.validation = 0.3;
    Experiment experiment(config, data);
    const std::vector<std::uint32_t>& aside = experiment.clients().validation;
    ASSERT_GT(aside.size(), 250u);
    const auto keep = [&](std::span<const std::uint32_t> samples) {
        const Column &x = data.train.column("x"), &label = data.train.column("label");
        const std::size_t size = x.values.size() / data.train.samples();
        std::vector<std::uint8_t> pixels;
        std::vector<std::uint16_t> labels;
        for (const std::uint32_t i : samples) {
            const auto row = x.as<std::uint8_t>().subspan(i * size, size);
            pixels.insert(pixels.end(), row.begin(), row.end());
            labels.push_back(label.as<std::uint16_t>()[i]);
        }
        Column kept(x.name, x.tensor, std::move(pixels));
        kept.mean = x.mean;
        kept.deviation = x.deviation;
        return Split{{kept, Column(label.name, label.tensor, std::move(labels), {}, label.below)}};
    };
    const auto first = experiment.run_round();
    Dataset other = data;
    other.test = keep(aside);
    // Another experiment's evaluation of the same state, with these samples as its test set.
    Config plain = config;
    plain.data.validation = 0;
    Experiment judge(plain, other);
    judge.restore(experiment.state());
    const Evaluation expected = judge.evaluate(), found = experiment.evaluate();
    EXPECT_EQ(found.samples, aside.size());
    EXPECT_EQ(found.loss, expected.loss);
    EXPECT_EQ(found.metrics, expected.metrics);
    EXPECT_EQ(first->loss, found.loss);
    std::uint64_t own = 0;
    for (const Evaluation& client : experiment.evaluate_clients()) own += client.samples;
    EXPECT_EQ(own, 1000 - aside.size());
}

/// A client drops out of 90 % of its rounds, alone in its cohort: such a round has no upload,
/// leaves the model and the server's momentum as they are, and costs time on the simulated network.
/// Five deviations of 100 throws.
TEST_P(Metrics, ARoundWithoutUploadsIsARound) {
    config.client.cohort = 1;
    config.client.epochs = 1;
    config.experiment.rounds = 100;
    config.server.optimizer["momentum"] = 0.9;
    config.network = {.uplink = 1, .speed = 100, .dropout = 0.9};
    Experiment experiment(config, data);
    std::size_t uploads = 0;
    for (std::uint32_t round = 1; round <= 100; ++round) {
        const ServerState before = experiment.state();
        const auto metrics = experiment.run_round();
        ASSERT_TRUE(metrics);
        EXPECT_EQ(metrics->messages + metrics->dropped, 1u);
        EXPECT_GT(metrics->simulated_seconds, 0.5); // 59 samples or more, 100 a second
        uploads += metrics->messages;
        if (metrics->messages != 0) continue;
        EXPECT_EQ(metrics->uplink_bytes, 0u);
        EXPECT_EQ(metrics->downlink_bytes, 132u * 4);
        EXPECT_FALSE(metrics->train_loss);
        EXPECT_EQ(experiment.round(), round);
        EXPECT_EQ(experiment.state().global, before.global);
        EXPECT_EQ(experiment.state().moments, before.moments);
    }
    EXPECT_NEAR(static_cast<double>(uploads), 10, 15);
    EXPECT_GT(uploads, 0u);
}

/// Clients that hold all training samples: their hits are those of a test set that is the training
/// set. With users' own test samples it is those, also where a user has none.
TEST_P(Metrics, OfClientsAddUpToTheWhole) {
    Dataset same = data;
    same.test = same.train;
    Experiment experiment(config, same);
    experiment.run_round();
    EXPECT_FALSE(experiment.clients_have_tests());
    const std::vector<Evaluation> clients = experiment.evaluate_clients();
    const Evaluation whole = experiment.evaluate();
    ASSERT_EQ(clients.size(), 10u);
    double hits = 0, loss = 0;
    for (std::size_t k = 0; k < clients.size(); ++k) {
        EXPECT_EQ(clients[k].samples, experiment.clients().samples(k));
        hits += clients[k].metrics[0] * static_cast<double>(clients[k].samples);
        loss += clients[k].loss * static_cast<double>(clients[k].samples);
    }
    const auto samples = static_cast<double>(whole.samples);
    EXPECT_NEAR(hits, whole.metrics[0] * samples, 1e-6);
    EXPECT_NEAR(loss, whole.loss * samples, 1e-4 * loss);

    same.owners.clear();
    for (std::size_t i = 0; i < same.train.samples(); ++i) {
        same.owners.push_back(static_cast<std::uint32_t>(i % 6));
    }
    same.test_owners = same.owners;
    std::replace(same.test_owners.begin(), same.test_owners.end(), 3u, no_owner);
    config.data.partition = {"natural"};
    config.data.clients = 0;
    Experiment natural(config, same);
    EXPECT_TRUE(natural.clients_have_tests());
    const std::vector<Evaluation> users = natural.evaluate_clients();
    ASSERT_EQ(users.size(), 6u);
    double users_hits = 0;
    for (std::size_t k = 0; k < users.size(); ++k) {
        EXPECT_EQ(users[k].samples, k == 3 ? 0 : natural.clients().samples(k));
        users_hits += users[k].metrics[0] * static_cast<double>(users[k].samples);
    }
    Dataset but_one = same;
    const Images all = images_of(same.test);
    Images rest_of_them{{}, {}, all.mean, all.deviation};
    const ImageShape shape = image_shape_of(same).value();
    for (std::size_t i = 0; i < same.test.samples(); ++i) {
        if (same.test_owners[i] == no_owner) continue;
        rest_of_them.labels.push_back(all.labels[i]);
        const auto* pixels = all.pixels.data() + i * shape.size();
        rest_of_them.pixels.insert(rest_of_them.pixels.end(), pixels, pixels + shape.size());
    }
    but_one.test = split_of(std::move(rest_of_them), shape, same.classes());
    but_one.test_owners.clear();
    Experiment rest(config, but_one);
    const Evaluation others = rest.evaluate();
    EXPECT_NEAR(users_hits, others.metrics[0] * static_cast<double>(others.samples), 1e-6);
}

TEST_P(Metrics, AreEvaluatedEveryFewRoundsAndInTheLast) {
    config.server.eval_every = 3;
    config.experiment.rounds = 7;
    Experiment experiment(config, data);
    for (std::uint32_t round = 1; round <= 7; ++round) {
        const auto metrics = experiment.run_round();
        const bool expected = round == 3 || round == 6 || round == 7;
        EXPECT_EQ(metrics->value("accuracy").has_value(), expected) << round;
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

/// A client that drops out is as if it had not been drawn, but for the bytes that it was sent and
/// the time that the server waits for it.
TEST_P(Metrics, DroppedClientsAreLeftOut) {
    config.network = {.uplink = 8, .downlink = 80, .speed = 1000, .dropout = 0.4};
    Experiment experiment(config, data);
    std::uint64_t dropped = 0;
    for (int i = 0; i < 6; ++i) {
        const auto metrics = experiment.run_round();
        dropped += metrics->dropped;
        const std::uint64_t stayed = 5 - metrics->dropped;
        EXPECT_EQ(metrics->uplink_bytes, stayed * 124);
        EXPECT_EQ(metrics->downlink_bytes, 5u * 132 * 4);
        EXPECT_EQ(metrics->messages, stayed);
        // The rates are all clients' alike: the slowest has the most samples, dropped or not.
        std::uint64_t most = 0;
        for (const std::uint64_t k : sample_cohort(1, metrics->round, 10, 5)) {
            most = std::max(most, 5 * experiment.clients().samples(k)); // epochs
        }
        EXPECT_NEAR(metrics->simulated_seconds, static_cast<double>(most) / 1000 + 528e-7,
                    124e-6 + 1e-9);
    }
    EXPECT_GT(dropped, 3u); // of 30, at 0.4
    EXPECT_LT(dropped, 24u);
    config.network.dropout = 0;
    EXPECT_EQ(Experiment(config, data).run_round()->dropped, 0u);
}

/// A client that does not train costs the device its samples and nothing else.
TEST_P(Metrics, AMillionClientsNeedNoMoreThanTheirSamples) {
    config.data.partition = {"iid"};
    config.data.clients = 1'000'000;
    config.data["samples"] = 1'000'000;
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
    EXPECT_EQ(experiment.round(), 1u);
    EXPECT_TRUE(same_bits(experiment.state().global, before));
    EXPECT_FALSE(experiment.run_round(stop.get_token())); // asked before it began
    experiment.run_round();
    EXPECT_EQ(state_hash(experiment.state().global), hash_after(undisturbed, 2));
}

} // namespace
} // namespace fedmrn::test
