// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#include "kernels/rows.hpp"

#include "bench/support/counters.hpp"

// A batch of 64 shuffled samples out of 60,000 of a column. Bytes: they are read and written once.
namespace fedmrn::bench {
namespace {

constexpr std::size_t samples = 60000;

/// A client's samples are all over the set.
Buffer<std::uint32_t> scattered() {
    std::vector<std::uint32_t> order(samples);
    for (std::uint32_t i = 0; i < samples; ++i) {
        order[i] = static_cast<std::uint32_t>(i * 7919ull % samples);
    }
    return {device(), order};
}

/// Argument: numbers of a sample; 1: a target.
void gather_rows(benchmark::State& state) {
    const auto size = static_cast<std::size_t>(state.range(0));
    const Buffer<float> values(device(), samples * size);
    const Buffer<std::uint32_t> order = scattered();
    const Buffer<LaneState> lane = one_lane();
    Buffer<float> y(device(), batch * size);
    const kernels::RowsView view{
        .values = values.data(), .offsets = {}, .order = order.data(), .size = size};
    const double seconds = measure(
        state, [&] { kernels::gather_rows(device(), view, 1, batch, lane.data(), y.data()); });
    const double elements = static_cast<double>(batch * size);
    count(state, {.bytes = 8 * elements, .elements = elements, .samples = batch}, seconds);
}

/// Sentences of 1 to so many tokens, as many on average as half of it.
void gather_ragged(benchmark::State& state) {
    const auto each = static_cast<std::size_t>(state.range(0));
    std::vector<std::uint64_t> offsets{0};
    for (std::size_t i = 0; i < samples; ++i) {
        offsets.push_back(offsets.back() + 1 + i * 7919 % each);
    }
    const Buffer<std::int32_t> values(device(), offsets.back());
    const Buffer<std::uint64_t> starts(device(), offsets);
    const Buffer<std::uint32_t> order = scattered();
    const Buffer<LaneState> lane = one_lane();
    Buffer<std::int32_t> y(device(), batch * each);
    Buffer<std::uint32_t> counts(device(), 1);
    const kernels::RowsView view{.values = values.data(),
                                 .offsets = starts.data(),
                                 .order = order.data(),
                                 .each = each,
                                 .from = Element::i32,
                                 .to = Element::i32};
    const double seconds = measure(state, [&] {
        kernels::gather_ragged(device(), view, 1, batch, lane.data(), y.data(), counts.data());
    });
    const double elements = static_cast<double>(batch * (each + 1)) / 2;
    count(state, {.bytes = 8 * elements, .elements = elements, .samples = batch}, seconds);
}

const Register all([] {
    add("gather_rows", gather_rows)->ArgName("size")->Arg(1)->Arg(784);
    add("gather_ragged", gather_ragged)->ArgName("each")->Arg(32)->Arg(512);
});

} // namespace
} // namespace fedmrn::bench
