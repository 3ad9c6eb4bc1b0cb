// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#include <benchmark/benchmark.h>

#include "bench/support/images.hpp"
#include "fedmrn/experiment.hpp"

namespace fedmrn::bench {
namespace {

Dataset dataset() {
    static const Split train = synthetic_images(1, 6000), test = synthetic_images(2, 1000);
    return {"bench", cnn4().input, 10, train, test};
}

/// A round from cohort to new global model, without evaluation: 10 clients of 600 samples, CNN4.
/// CPU is that of all threads. samples_per_second is in real time, of the training alone, as a
/// run's summary has it; server_ms: decoding, aggregation and server step. Arguments: lanes, bits
/// of an activation.
void round(benchmark::State& state, MethodName method) {
    Config config;
    config.experiment.rounds = config.server.eval_every = 1u << 30;
    config.experiment.lanes = static_cast<std::uint32_t>(state.range(0));
    config.experiment.device = DeviceKind::cpu;
    config.experiment.precision = state.range(1) == 32 ? Precision::fp32 : Precision::bf16;
    config.data.clients = config.client.cohort = 10;
    config.client.lr = method == MethodName::fedavg ? 0.03 : 0.1;
    config.method.name = method;
    Experiment experiment(config, dataset());
    experiment.run_round();
    double training = 0, server = 0;
    std::uint64_t samples = 0;
    for (auto _ : state) {
        const RoundMetrics metrics = *experiment.run_round();
        samples += metrics.samples;
        training += metrics.train_seconds;
        server += metrics.seconds - metrics.train_seconds;
    }
    state.counters["samples_per_second"] = static_cast<double>(samples) / training;
    state.counters["samples_per_core_second"] =
        benchmark::Counter(static_cast<double>(samples), benchmark::Counter::kIsRate);
    state.counters["server_ms"] = 1e3 * server / static_cast<double>(state.iterations());
}

void lanes(benchmark::internal::Benchmark* bench) {
    bench->ArgNames({"lanes", "bits"})
        ->ArgsProduct({{1, 2}, {32, 16}})
        ->Unit(benchmark::kMillisecond)
        ->MeasureProcessCPUTime();
}
BENCHMARK_CAPTURE(round, fedavg, MethodName::fedavg)->Apply(lanes);
BENCHMARK_CAPTURE(round, fedmrn, MethodName::fedmrn)->Apply(lanes);

} // namespace
} // namespace fedmrn::bench
