// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <map>

#include "engine/client/lane_group.hpp"
#include "kernels/cuda/cuda_device.hpp"
#include "kernels/lanes.hpp"
#include "kernels/mask.hpp"
#include "kernels/update.hpp"
#include "tests/kernels/cuda/twins.hpp"
#include "tests/support/chain.hpp"
#include "tests/support/one_round.hpp"

// A tiny model trained through the whole of a device.
namespace fedmrn::test {
namespace {

constexpr std::size_t batch = 4, samples = 40;

Model tiny_model() {
    return Chain("tiny", {8, 8, 1})
        .convolution(4, 3, 1)
        .batchnorm(true, 2)
        .convolution(5, 3, 1)
        .batchnorm(true, 2)
        .linear(3, true)
        .finish();
}

/// The split, on a device.
struct Data {
    explicit Data(Device& device)
        : pixels(device, random_pixels()), labels(device, some_labels()),
          scale(device, std::vector<float>{1.0f / 128}), shift(device, std::vector<float>{-1.0f}),
          view{pixels.data(), labels.data(), nullptr, scale.data(), shift.data(), 64, 1, true} {}
    static std::vector<std::uint8_t> random_pixels() {
        std::mt19937 random(1);
        std::vector<std::uint8_t> bytes(samples * 64);
        for (auto& byte : bytes) {
            byte = static_cast<std::uint8_t>(random());
        }
        return bytes;
    }
    static std::vector<std::uint16_t> some_labels() {
        std::vector<std::uint16_t> labels(samples);
        for (std::size_t i = 0; i < samples; ++i) {
            labels[i] = static_cast<std::uint16_t>(i % 3);
        }
        return labels;
    }
    Buffer<std::uint8_t> pixels;
    Buffer<std::uint16_t> labels;
    Buffer<float> scale, shift;
    kernels::SplitView view;
};

/// All that a local step works on, lanes at different places.
struct Training {
    Training(Device& d, std::size_t lane_count, bool masked_weights)
        : device(d), model(tiny_model()), lanes(lane_count), masked(masked_weights), data(d),
          network(d, model, lanes, batch, Real::f32, true), states(d, start(lanes)),
          global(d, initial_state(model, 5)), update(d, lanes * model.layout.trainable),
          weights(d, lanes * model.layout.state), gradient(d, lanes * model.layout.trainable),
          metrics(d, lanes), lr(d, std::vector<float>{0.1f}),
          noise(d, std::vector{formula::noise_rule(formula::NoiseShape::uniform, 0.01)}) {}
    static std::vector<LaneState> start(std::size_t lanes) {
        auto states = mixed_lanes(4, batch);
        states.resize(lanes);
        for (LaneState& state : states) {
            state.steps = 1000;
        }
        return states;
    }
    void step() {
        const std::size_t trainable = model.layout.trainable;
        const PerLane<float> u{update.data(), trainable}, g{gradient.data(), trainable};
        const PerLane<float> w{weights.data(), model.layout.state};
        kernels::gather_batch(device, data.view, lanes, batch, states.data(), Real::f32,
                              network.input(), network.labels());
        kernels::add_update(device, lanes, states.data(), trainable, global.data(), u, w);
        if (masked) {
            const kernels::MaskRule rule;
            kernels::mask_weights(device, rule, noise.data(), lanes, states.data(),
                                  model.layout.masked, global.data(), u, w);
        }
        network.train(states.data(), w, g, metrics.data());
        kernels::sgd_step(device, {0, 0, true}, lr.data(), lanes, states.data(), trainable, g, w,
                          {}, u);
        kernels::advance_lanes(device, lanes, batch, states.data());
    }
    Device& device;
    Model model;
    std::size_t lanes;
    bool masked;
    Data data;
    Network network;
    Buffer<LaneState> states;
    Buffer<float> global, update, weights, gradient;
    Buffer<LaneMetrics> metrics;
    Buffer<float> lr;
    Buffer<formula::NoiseRule> noise;
};

TEST(CudaTraining, steps_are_close_to_the_cpus) {
    expect_close(
        [](Device& device) {
            Training training(device, 4, false);
            for (int i = 0; i < 4; ++i) {
                training.step();
            }
            return training.update.read();
        },
        1e-4, "update after four steps");
}

TEST(CudaTraining, a_captured_step_replays_to_the_same_bits) {
    kernels::cuda::CudaDevice device;
    Training eager(device, 4, true), captured(device, 4, true);
    for (int i = 0; i < 5; ++i) {
        eager.step();
    }
    captured.step();
    cudaGraph_t graph = nullptr;
    cudaGraphExec_t ready = nullptr;
    ASSERT_EQ(cudaStreamBeginCapture(device.stream(), cudaStreamCaptureModeThreadLocal),
              cudaSuccess);
    captured.step();
    ASSERT_EQ(cudaStreamEndCapture(device.stream(), &graph), cudaSuccess);
    ASSERT_EQ(cudaGraphInstantiate(&ready, graph, 0), cudaSuccess);
    for (int i = 0; i < 4; ++i) {
        ASSERT_EQ(cudaGraphLaunch(ready, device.stream()), cudaSuccess);
    }
    EXPECT_TRUE(bytes_of(captured.update.read()) == bytes_of(eager.update.read()));
    EXPECT_TRUE(bytes_of(captured.metrics.read()) == bytes_of(eager.metrics.read()));
    cudaGraphExecDestroy(ready);
    cudaGraphDestroy(graph);
}

/// The messages of six clients of different sizes, trained on so many lanes.
std::map<std::uint64_t, std::vector<std::byte>> uploads(std::size_t lanes) {
    const auto device = open_device(DeviceKind::cuda);
    const Model model = tiny_model();
    const auto method = make_method({}, model.layout);
    ClientConfig config;
    config.batch = batch;
    config.epochs = 2;
    const Data data(*device);
    const Buffer<float> global(*device, initial_state(model, 5));
    const Stages none;
    const InputFill images{.input = 0, .label = 1, .view = data.view}; // "x", and "label" with it
    LaneGroup group(*device, model, *method, none, config, lanes, Real::f32);
    std::size_t taken = 0;
    std::map<std::uint64_t, std::vector<std::byte>> result;
    group.run(
        {.fills = {&images, 1}, .order = data.view.order}, {1, global.data()},
        [&]() -> std::optional<ClientTask> {
            const std::uint64_t k = taken++;
            const auto count = static_cast<std::uint32_t>(3 + k);
            return k < 6 ? std::optional(ClientTask{k, k, 1, 77 + k, 5 * k, count}) : std::nullopt;
        },
        [&](const ClientTask& task, const MessageView& message, const LaneMetrics&) {
            result[task.client] = encode(message);
        },
        [](std::uint64_t) {}, {});
    return result;
}

TEST(CudaTraining, lanes_do_not_change_a_message) {
    const auto one = uploads(1);
    ASSERT_EQ(one.size(), 6u);
    EXPECT_EQ(uploads(2), one);
    EXPECT_EQ(uploads(5), one);
}

TEST(CudaTraining, messages_of_the_same_update_equal_the_cpus) {
    expect_same_bits(
        [](Device& device) {
            const Model model = tiny_model();
            const auto method = make_method({}, model.layout);
            const Buffer<float> global(device, initial_state(model, 5));
            const Buffer<float> update(device, random_floats(model.layout.trainable, 3, 0.01f));
            const Buffer<float> weights(device, random_floats(model.layout.state, 4));
            return encode(sent_by(*method, device, {2, global.data()},
                                  {9, 1234567, 40, update.data(), weights.data()}));
        },
        "message");
}

} // namespace
} // namespace fedmrn::test
