// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#include "bench/support/counters.hpp"
#include "kernels/adam.hpp"
#include "kernels/binarize.hpp"
#include "kernels/scores.hpp"

// The passes of FedPM and FedBAT around a local step, on CNN4's masked weights: to be read beside
// mask_weights.
namespace fedmrn::bench {
namespace {

constexpr std::uint64_t seed = 1;
constexpr float magnitude = 0.01f;

std::size_t masked() { return cnn4().layout.masked; }

std::vector<kernels::FrozenTensor> frozen_tensors() {
    std::vector<kernels::FrozenTensor> tensors;
    for (const TensorSpec& tensor : cnn4().layout.tensors) {
        if (tensor.role == Role::masked) {
            tensors.push_back({tensor.offset + tensor.elements(), 0.1f});
        }
    }
    return tensors;
}

std::vector<kernels::BinaryTensor> binary_tensors() {
    std::vector<kernels::BinaryTensor> tensors;
    for (const TensorSpec& tensor : cnn4().layout.tensors) {
        if (tensor.role == Role::masked) {
            tensors.push_back({tensor.offset, tensor.elements()});
        }
    }
    return tensors;
}

/// Weights read update and the global state, which is the same for all lanes and counted once;
/// gradients are read and written besides.
Work work_of(std::size_t lanes, double bytes_an_element, bool global) {
    const auto n = static_cast<double>(masked()), all = n * static_cast<double>(lanes);
    return {.bytes = bytes_an_element * all + (global ? 4 * n : 0), .elements = all};
}

void score_weights(benchmark::State& state) {
    const auto lanes = static_cast<std::size_t>(state.range(0));
    const auto tensors = frozen_tensors();
    const Buffer<LaneState> states = busy_lanes(lanes);
    const Buffer<float> global = random_array(masked());
    const Buffer<float> update = random_array(lanes * masked());
    Buffer<float> weights(device(), lanes * masked());
    const double seconds = measure(state, [&] {
        kernels::score_weights(device(), {seed, tensors}, lanes, states.data(), global.data(),
                               {update.data(), masked()}, {weights.data(), masked()});
    });
    count(state, work_of(lanes, 8, true), seconds);
}

void score_gradient(benchmark::State& state) {
    const auto lanes = static_cast<std::size_t>(state.range(0));
    const auto tensors = frozen_tensors();
    const Buffer<LaneState> states = busy_lanes(lanes);
    const Buffer<float> global = random_array(masked());
    const Buffer<float> update = random_array(lanes * masked());
    Buffer<float> gradient = random_array(lanes * masked());
    const double seconds = measure(state, [&] {
        kernels::score_gradient(device(), {seed, tensors}, 1.0, lanes, states.data(), global.data(),
                                {update.data(), masked()}, {gradient.data(), masked()});
    });
    count(state, work_of(lanes, 12, true), seconds);
}

void adam_direction(benchmark::State& state) {
    const auto lanes = static_cast<std::size_t>(state.range(0)), all = lanes * masked();
    const Buffer<LaneState> states = busy_lanes(lanes);
    Buffer<float> m(device(), all), v(device(), all), gradient = random_array(all);
    const double seconds = measure(state, [&] {
        kernels::adam_direction(device(), {}, lanes, states.data(), masked(), {m.data(), masked()},
                                {v.data(), masked()}, {gradient.data(), masked()});
    });
    count(state, work_of(lanes, 24, false), seconds);
}

/// Once an evaluation, of so many masks.
void mean_score_weights(benchmark::State& state) {
    const auto masks = static_cast<std::uint32_t>(state.range(0));
    const auto tensors = frozen_tensors();
    const Buffer<float> scores = random_array(masked());
    Buffer<float> weights(device(), masked());
    const double seconds = measure(state, [&] {
        kernels::mean_score_weights(device(), {seed, tensors}, {seed, 1, masks}, scores.data(),
                                    weights.data());
    });
    count(state, work_of(1, 8, false), seconds);
}

/// Lanes in their second half, their updates with the scales of the tensors.
struct Binarized {
    explicit Binarized(std::size_t lanes)
        : tensors(binary_tensors()), stride(masked() + 2 * tensors.size()),
          states(device(),
                 std::vector<LaneState>(
                     lanes, {.seed = 7, .count = 600, .step = 7, .steps = 10, .samples = 64})),
          update(random_array(lanes * stride, magnitude)) {}
    [[nodiscard]] kernels::BinaryUpdate binary() const { return {tensors, masked()}; }

    std::vector<kernels::BinaryTensor> tensors;
    std::size_t stride;
    Buffer<LaneState> states;
    Buffer<float> update;
};

void binarize_weights(benchmark::State& state) {
    const auto lanes = static_cast<std::size_t>(state.range(0));
    Binarized binarized(lanes);
    const Buffer<float> global = random_array(masked());
    Buffer<float> weights(device(), lanes * masked());
    const double seconds = measure(state, [&] {
        kernels::binarize_weights(device(), binarized.binary(), lanes, binarized.states.data(),
                                  global.data(), {binarized.update.data(), binarized.stride},
                                  {weights.data(), masked()});
    });
    count(state, work_of(lanes, 8, true), seconds);
}

void binarize_gradient(benchmark::State& state) {
    const auto lanes = static_cast<std::size_t>(state.range(0));
    Binarized binarized(lanes);
    Buffer<float> gradient = random_array(lanes * binarized.stride);
    const double seconds = measure(state, [&] {
        kernels::binarize_gradient(device(), binarized.binary(), lanes, binarized.states.data(),
                                   {binarized.update.data(), binarized.stride},
                                   {gradient.data(), binarized.stride});
    });
    count(state, work_of(lanes, 12, false), seconds);
}

const Register all([] {
    const auto by_lanes = [](const char* name, void (*run)(benchmark::State&)) {
        add(name, run)->ArgName("lanes")->ArgsProduct({lane_counts()});
    };
    by_lanes("score_weights", score_weights);
    by_lanes("score_gradient", score_gradient);
    by_lanes("adam_direction", adam_direction);
    add("mean_score_weights", mean_score_weights)->ArgName("masks")->Arg(1)->Arg(10);
    by_lanes("binarize_weights", binarize_weights);
    by_lanes("binarize_gradient", binarize_gradient);
});

} // namespace
} // namespace fedmrn::bench
