// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#include "kernels/batch.hpp"

#include <numeric>

#include "bench/support/counters.hpp"

namespace fedmrn::bench {
namespace {

/// A batch of 64 shuffled images of 28 × 28 bytes out of 60,000. Argument: bits of an activation.
void gather_batch(benchmark::State& state) {
    const Real real = real_of(state.range(0));
    constexpr std::size_t samples = 60000, size = 784;
    const Buffer<std::uint8_t> pixels(device(), std::vector<std::uint8_t>(samples * size, 100));
    const Buffer<std::uint16_t> all_labels(device(), std::vector<std::uint16_t>(samples, 3));
    const Buffer<float> scale(device(), std::vector<float>{0.01f});
    const Buffer<float> shift(device(), std::vector<float>{-0.8f});
    std::vector<std::uint32_t> order(samples); // a client's samples are all over the set
    for (std::uint32_t i = 0; i < samples; ++i) {
        order[i] = static_cast<std::uint32_t>(i * 7919ull % samples);
    }
    const Buffer<std::uint32_t> held(device(), order);
    const kernels::SplitView split{.pixels = pixels.data(),
                                   .labels = all_labels.data(),
                                   .order = held.data(),
                                   .scale = scale.data(),
                                   .shift = shift.data(),
                                   .sample_size = size};
    const Buffer<LaneState> lane = one_lane();
    Buffer<std::byte> x(device(), batch * size * size_of(real));
    Buffer<std::uint16_t> labels(device(), batch);
    const double seconds = measure(state, [&] {
        kernels::gather_batch(device(), split, 1, batch, lane.data(), real, x.data(),
                              labels.data());
    });
    const double elements = batch * size;
    count(state,
          {.bytes = elements * (1 + static_cast<double>(size_of(real))),
           .elements = elements,
           .samples = batch},
          seconds);
}

const Register all([] { add("gather_batch", gather_batch)->ArgName("bits")->Arg(32)->Arg(16); });

} // namespace
} // namespace fedmrn::bench
