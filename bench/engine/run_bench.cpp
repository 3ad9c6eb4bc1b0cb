// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#include <cstdlib>

#include "bench/support/images.hpp"
#include "bench/support/registry.hpp"
#include "fedmrn/error.hpp"
#include "fedmrn/experiment.hpp"
#include "fedmrn/images.hpp"

// Whole runs on a GPU: the published set-ups, evaluated every ten rounds and after the last one.
// Argument: bits of an activation.
namespace fedmrn::bench {
namespace {

struct Run {
    const char* name;
    const char* method;
    const char* model;
    ImageShape shape;
    std::size_t train; ///< samples; 10,000 more for the tests
    std::uint64_t clients, cohort;
    std::uint32_t rounds, epochs, batch;
};

const Run runs[] = {
    // FedMRN's authors: 10 of 100 clients, 10 local epochs, batch 64
    {"fashion_mnist_cnn4", "fedmrn", "cnn4", {28, 28, 1}, 60000, 100, 10, 100, 10, 64},
    {"cifar10_cnn8", "fedmrn", "cnn8", {32, 32, 3}, 50000, 100, 10, 200, 10, 64},
    // pfl-research's: 50 of 1,000 clients with 50 samples, 5 steps of batch 10
    {"cifar10_cnn2", "fedmrn", "cnn2", {32, 32, 3}, 50000, 1000, 50, 1500, 1, 10},
    {"cifar10_cnn2_fedavg", "fedavg", "cnn2", {32, 32, 3}, 50000, 1000, 50, 1500, 1, 10},
};

/// The files where they are installed, else images of the same shape: the time is the same.
Dataset dataset_of(const Run& run, const Config& config, std::string& label) {
    if (run.shape == ImageShape{28, 28, 1}) {
        try {
            label = "Fashion-MNIST";
            return load_dataset(config.data, 1);
        } catch (const Error&) { // not installed
        }
    }
    label = "synthetic images of the same shape";
    return synthetic_dataset(run.train, 10000, run.shape);
}

/// Real time of all rounds, evaluation included; neither reading data nor opening the device.
void whole_run(benchmark::State& state, const Run& run) {
    Config config;
    config.experiment.rounds = run.rounds;
    config.experiment.device = choice().device;
    config.experiment.precision = state.range(0) == 32 ? choice().precision : Precision::bf16;
    config.data.clients = run.clients;
    config.client = {.cohort = run.cohort, .epochs = run.epochs, .batch = run.batch};
    config.client.lr = std::string(run.method) == "fedavg" ? 0.03 : 0.1;
    config.method.name = run.method;
    config.model.name = run.model;
    config.server.eval_every = 10;
    std::string label;
    Experiment experiment(config, dataset_of(run, config, label));
    double seconds = 0, training = 0, accuracy = 0, samples = 0;
    for (auto _ : state) {
        for (std::uint32_t round = 0; round < run.rounds; ++round) {
            const RoundMetrics metrics = *experiment.run_round();
            seconds += metrics.time.all;
            training += metrics.time.training;
            samples += static_cast<double>(metrics.samples);
            accuracy = metrics.value("accuracy").value_or(accuracy);
        }
        state.SetIterationTime(seconds);
    }
    state.SetLabel(label);
    state.counters["rounds"] = run.rounds;
    state.counters["lanes"] = experiment.lanes();
    state.counters["samples_per_second"] = samples / training;
    state.counters["accuracy"] = accuracy;
}

const Register all([] {
    if (on_cpu()) {
        return; // minutes to hours
    }
    for (const Run& run : runs) {
        add(std::string("whole_run/") + run.name,
            [&run](benchmark::State& state) { whole_run(state, run); })
            ->ArgName("bits")
            ->Arg(32)
            ->Arg(16)
            ->Unit(benchmark::kSecond)
            ->Iterations(1);
    }
});

} // namespace
} // namespace fedmrn::bench
