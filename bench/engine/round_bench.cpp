// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#include <ctime>

#include "bench/support/images.hpp"
#include "bench/support/registry.hpp"
#include "fedmrn/experiment.hpp"

namespace fedmrn::bench {
namespace {

/// CPU seconds of all threads.
double process_seconds() { return static_cast<double>(std::clock()) / CLOCKS_PER_SEC; }

/// A round from cohort to new global model, without evaluation: clients of 600 samples, CNN4. Time
/// is real time; samples_per_second is of the training alone, as a run's summary has it; server_ms:
/// decoding, aggregation and server step. Arguments: lanes (0: chosen), cohort, bits of an
/// activation.
void round(benchmark::State& state, const std::string& method) {
    Config config;
    config.experiment.rounds = config.server.eval_every = 1u << 30;
    config.experiment.lanes = static_cast<std::uint32_t>(state.range(0));
    config.experiment.device = choice().device;
    config.experiment.precision = state.range(2) == 32 ? choice().precision : Precision::bf16;
    config.client.cohort = static_cast<std::uint64_t>(state.range(1));
    config.data.clients = config.client.cohort;
    config.client.lr = method == "fedavg" ? 0.03 : 0.1;
    config.method.name = method;
    Experiment experiment(config, synthetic_dataset(600 * config.client.cohort, 1000));
    experiment.run_round();
    double training = 0, server = 0;
    std::uint64_t samples = 0;
    const double before = process_seconds();
    for (auto _ : state) {
        const RoundMetrics metrics = *experiment.run_round();
        state.SetIterationTime(metrics.time.all);
        samples += metrics.samples;
        training += metrics.time.training;
        server += metrics.time.all - metrics.time.training;
    }
    const auto trained = static_cast<double>(samples);
    state.counters["samples_per_second"] = trained / training;
    state.counters["samples_per_core_second"] = trained / (process_seconds() - before);
    state.counters["server_ms"] = 1e3 * server / static_cast<double>(state.iterations());
}

const Register all([] {
    using Counts = std::vector<std::int64_t>;
    const Counts lanes = on_cpu() ? Counts{1, 2} : Counts{0};
    const Counts cohorts = on_cpu() ? Counts{10} : Counts{10, 100};
    for (const std::string method : {"fedavg", "fedmrn"}) {
        add(method == "fedavg" ? "round/fedavg" : "round/fedmrn",
            [method](benchmark::State& state) { round(state, method); })
            ->ArgNames({"lanes", "cohort", "bits"})
            ->ArgsProduct({lanes, cohorts, {32, 16}})
            ->Unit(benchmark::kMillisecond);
    }
});

} // namespace
} // namespace fedmrn::bench
