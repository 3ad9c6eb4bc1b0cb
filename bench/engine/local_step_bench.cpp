// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#include "bench/engine/bare_bench.hpp"
#include "bench/support/counters.hpp"
#include "bench/support/images.hpp"
#include "bench/support/timed_method.hpp"
#include "engine/client/lane_group.hpp"
#include "engine/server/resident_split.hpp"
#include "fedmrn/images.hpp"

// Local training, batch 64, on one lane of a CPU or on 1 to 512 of a GPU at once: 10 is the quick
// start's cohort, 50 that of CNN2's published set-up. Arguments: lanes,
// bits of an activation.
namespace fedmrn::bench {
namespace {

const Model& mlp() {
    static const Model model = make_model("mlp", shape_of_images({28, 28, 1}, 10));
    return model;
}

const Split& images() {
    static const Split split = split_of(synthetic_images(1, 2048), {28, 28, 1}, 10);
    return split;
}

/// One client a lane, each of so many samples, messages included, on the engine's own path.
/// step_us: of all lanes together. weights_percent: the share of the time in which local weights
/// are made (on the CPU). graph_launches_per_step, and kernel_launches_per_client outside of
/// graphs: counted where the program can (on a GPU).
void local_training(benchmark::State& state, const Model& model, const MethodConfig& config,
                    std::uint32_t samples) {
    const auto lanes = static_cast<std::size_t>(state.range(0));
    const Real real = real_of(state.range(1));
    const auto method = make_method(config, model.layout);
    const TimedVariables& variables = timed(*method);
    const Stages none;
    LaneGroup group(device(), model, *method, none, {.batch = batch}, lanes, real);
    const ResidentSplit split(device(), images(), model, std::span<const std::uint32_t>{});
    const Buffer<float> global(device(), initial_state(model, 1));
    std::uint64_t trained = 0, steps = 0, clients = 0;
    const auto train = [&] {
        std::size_t left = lanes;
        group.run(
            split.view(), {1, global.data()},
            [&]() -> std::optional<ClientTask> {
                if (left == 0) {
                    return std::nullopt;
                }
                --left;
                return ClientTask{.seed = ++clients, .count = samples};
            },
            [](const ClientTask&, const MessageView& message, const LaneMetrics&) {
                benchmark::DoNotOptimize(message.dense.data());
            },
            [&](std::uint64_t now) {
                trained += now;
                ++steps;
            },
            {});
    };
    train(); // records the step
    trained = steps = clients = 0;
    const double before = variables.seconds();
    const std::optional<Launches> first = launches();
    const double seconds = measure_calls(state, train);
    const std::optional<Launches> last = launches();
    const double rounds = static_cast<double>(clients) / static_cast<double>(lanes);
    if (on_cpu()) {
        state.counters["weights_percent"] = 100 * (variables.seconds() - before) / rounds / seconds;
    }
    state.counters["step_us"] = 1e6 * seconds * rounds / static_cast<double>(steps);
    if (first && last) {
        state.counters["graph_launches_per_step"] =
            static_cast<double>(last->graphs - first->graphs) / static_cast<double>(steps);
        state.counters["kernel_launches_per_client"] =
            static_cast<double>(last->kernels - first->kernels) / static_cast<double>(clients);
    }
    count_samples(state, model, static_cast<double>(trained) / rounds, seconds, real);
}

/// Network::train alone: forward, loss, backward.
void forward_backward(benchmark::State& state, const Model& model) {
    const auto lanes = static_cast<std::size_t>(state.range(0));
    const Real real = real_of(state.range(1));
    const ParameterLayout& layout = model.layout;
    Network network(device(), model, lanes, batch, real, true);
    const Buffer<LaneState> states = busy_lanes(lanes);
    const Buffer<std::byte> x =
        random_activations(real, batch * model.input("x").elements(), lanes);
    device().copy_within(network.input(), x.data(), x.size());
    Buffer<float> weights(device(), lanes * layout.state);
    const std::vector<float> initial = initial_state(model, 1);
    for (std::size_t lane = 0; lane < lanes; ++lane) {
        weights.write(initial, lane * layout.state);
    }
    Buffer<float> gradient(device(), lanes * layout.trainable);
    Buffer<LaneMetrics> metrics(device(), lanes);
    const double seconds = measure(state, [&] {
        network.train(states.data(), {weights.data(), layout.state},
                      {gradient.data(), layout.trainable}, metrics.data());
    });
    state.counters["step_us"] = 1e6 * seconds;
    count_samples(state, model, static_cast<double>(lanes * batch), seconds, real);
}

void by_lanes(benchmark::internal::Benchmark* bench) {
    using Counts = std::vector<std::int64_t>;
    const Counts lanes = on_cpu() ? Counts{1} : Counts{1, 10, 50, 64, 512};
    bench->ArgNames({"lanes", "bits"})
        ->ArgsProduct({lanes, {32, 16}})
        ->Unit(benchmark::kMillisecond);
}

void add_training(const std::string& name, const Model& model, const MethodConfig& config,
                  std::uint32_t samples) {
    add("local_training/" + name, [&model, config, samples](benchmark::State& state) {
        local_training(state, model, config, samples);
    })->Apply(by_lanes);
}

MethodConfig fedmrn(const std::string& mask, const std::string& noise) {
    return {"fedmrn",
            {{"mask", mask}, {"noise", noise}, {"magnitude", mask == "binary" ? 0.01 : 0.005}}};
}

// 32 full batches, so that a step is 1/32 of it; then the quick start's client of 600 samples.
const Register all([] {
    const MethodConfig fedavg{"fedavg"};
    const MethodConfig binary = fedmrn("binary", "uniform");
    add_training("steps_fedavg", cnn4(), fedavg, 2048);
    add_training("steps_fedmrn_binary_uniform", cnn4(), binary, 2048);
    add_training("steps_fedmrn_signed_uniform", cnn4(), fedmrn("signed", "uniform"), 2048);
    add_training("steps_fedmrn_binary_gaussian", cnn4(), fedmrn("binary", "gaussian"), 2048);
    add_training("steps_fedmrn_signed_gaussian", cnn4(), fedmrn("signed", "gaussian"), 2048);
    add_training("steps_fedmud", cnn4(), {"fedmud"}, 2048);
    add_training("client_fedavg", cnn4(), fedavg, 600);
    add_training("client_powersgd", cnn4(), {"powersgd", {{"error_feedback", false}}}, 600);
    add_training("client_fedmrn", cnn4(), binary, 600);
    add_training("mlp_fedmrn", mlp(), binary, 2048);
    add("forward_backward/cnn4", [](benchmark::State& state) {
        forward_backward(state, cnn4());
    })->Apply(by_lanes);
    add("forward_backward/mlp", [](benchmark::State& state) {
        forward_backward(state, mlp());
    })->Apply(by_lanes);
});

} // namespace
} // namespace fedmrn::bench
