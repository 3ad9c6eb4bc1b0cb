// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#include "bench/support/bare_convolutions.hpp"
#include "bench/support/counters.hpp"
#include "bench/support/images.hpp"
#include "bench/support/timed_method.hpp"
#include "engine/client/lane_group.hpp"
#include "engine/server/resident_split.hpp"

// Local training of CNN4, batch 64, one lane. percent_of_bare and percent_of_fastest: against what
// oneDNN's convolutions reach alone, forward and backward, in the layouts that they like best, by
// the direct algorithm and by the faster one of each primitive. Argument: bits of an activation.
namespace fedmrn::bench {
namespace {

/// Samples/s of oneDNN's convolutions alone, measured when first asked for.
double bare_rate(Real real, Bare how) {
    static std::map<std::pair<Real, Bare>, double> known;
    if (!known.contains({real, how})) {
        BareConvolutions convolutions(real, how);
        const auto pass = [&] {
            convolutions.forward();
            convolutions.backward();
        };
        pass();
        known[{real, how}] = batch / timings(pass, 2.0).median;
    }
    return known[{real, how}];
}

void count_samples(benchmark::State& state, double samples, double seconds, Real real) {
    const double rate = samples / seconds;
    state.counters["samples_per_second"] = rate;
    state.counters["percent_of_bare"] = 100 * rate / bare_rate(real, Bare::direct);
    state.counters["percent_of_fastest"] = 100 * rate / bare_rate(real, Bare::fastest);
}

const Split& images() {
    static const Split split = synthetic_images(1, 2048);
    return split;
}

/// Local training of one client of so many samples, its message included, on the engine's own path.
/// weights_percent: the share of the time in which local weights are made.
void local_training(benchmark::State& state, MethodConfig config, std::uint32_t samples) {
    const Real real = real_of(state.range(0));
    const TimedMethod method(config, cnn4().layout);
    LaneGroup lanes(device(), cnn4(), method, ClientConfig{}, 1, real);
    const ResidentSplit split(device(), images(), cnn4().input, std::span<const std::uint32_t>{});
    const Buffer<float> global(device(), initial_state(cnn4(), 1));
    const double before = method.seconds();
    std::uint64_t trained = 0, clients = 0;
    const double seconds = measure(state, [&] {
        std::optional<ClientTask> task{{.seed = ++clients, .count = samples}};
        lanes.run(
            split.view(), global.data(), [&] { return std::exchange(task, std::nullopt); },
            [](const ClientTask&, const Message& message, const LaneMetrics&) {
                benchmark::DoNotOptimize(message.dense.data());
            },
            [&](std::uint64_t now) { trained += now; }, {});
    });
    const double weights = (method.seconds() - before) / static_cast<double>(clients);
    state.counters["weights_percent"] = 100 * weights / seconds;
    count_samples(state, static_cast<double>(trained) / static_cast<double>(clients), seconds,
                  real);
}

MethodConfig fedavg() { return {.name = MethodName::fedavg}; }
MethodConfig fedmrn(MaskKind mask, NoiseKind noise) {
    return {.mask = mask, .noise = noise, .magnitude = mask == MaskKind::binary ? 0.01 : 0.005};
}

void bits(benchmark::internal::Benchmark* bench) {
    bench->ArgName("bits")->Arg(32)->Arg(16)->Unit(benchmark::kMillisecond);
}

// 32 full batches, so that a step is 1/32 of it; then the quick start's client of 600 samples.
BENCHMARK_CAPTURE(local_training, steps_fedavg, fedavg(), 2048)->Apply(bits);
BENCHMARK_CAPTURE(local_training, steps_fedmrn_binary_uniform,
                  fedmrn(MaskKind::binary, NoiseKind::uniform), 2048)
    ->Apply(bits);
BENCHMARK_CAPTURE(local_training, steps_fedmrn_signed_uniform,
                  fedmrn(MaskKind::signed_, NoiseKind::uniform), 2048)
    ->Apply(bits);
BENCHMARK_CAPTURE(local_training, steps_fedmrn_binary_gaussian,
                  fedmrn(MaskKind::binary, NoiseKind::gaussian), 2048)
    ->Apply(bits);
BENCHMARK_CAPTURE(local_training, steps_fedmrn_signed_gaussian,
                  fedmrn(MaskKind::signed_, NoiseKind::gaussian), 2048)
    ->Apply(bits);
BENCHMARK_CAPTURE(local_training, client_fedavg, fedavg(), 600)->Apply(bits);
BENCHMARK_CAPTURE(local_training, client_fedmrn, fedmrn(MaskKind::binary, NoiseKind::uniform), 600)
    ->Apply(bits);

/// Network::train alone: forward, loss, backward.
void forward_backward(benchmark::State& state) {
    const Real real = real_of(state.range(0));
    const ParameterLayout& layout = cnn4().layout;
    Network network(device(), cnn4(), 1, batch, real, true);
    const Buffer<LaneState> lane = one_lane();
    const Buffer<std::byte> x = random_activations(real, batch * cnn4().input.size());
    device().copy_within(network.input(), x.data(), x.size());
    Buffer<float> weights(device(), initial_state(cnn4(), 1)), gradient(device(), layout.trainable);
    Buffer<LaneMetrics> metrics(device(), 1);
    const double seconds = measure(state, [&] {
        network.train(lane.data(), {weights.data(), 0}, {gradient.data(), 0}, metrics.data());
    });
    count_samples(state, batch, seconds, real);
}
BENCHMARK(forward_backward)->Apply(bits);

} // namespace
} // namespace fedmrn::bench
