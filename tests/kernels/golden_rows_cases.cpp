// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#include "golden_bits.hpp"

#include "golden_inputs.hpp"
#include "kernels/rows.hpp"

// Columns that are no pixels.
namespace fedmrn::test {
namespace {

constexpr std::uint32_t batch = 64;

/// Clients of n samples: at the first step, at the short last one of the first epoch, at the first
/// of the second epoch; and one that idles.
std::vector<LaneState> four_lanes(std::size_t n) {
    const auto count = static_cast<std::uint32_t>(n);
    const std::uint32_t each = formula::steps_per_epoch(count, batch);
    std::vector<LaneState> states(4);
    for (const std::uint32_t l : {0u, 1u, 3u}) {
        const std::uint32_t step = l == 0 ? 0 : (l == 1 ? each - 1 : each);
        states[l] = {77 + l, l, count, step, 2 * each, 0};
        states[l].samples = n == 0 ? 0 : formula::batch_samples(states[l], batch);
    }
    return states;
}

Buffer<std::uint32_t> reversed(Device& device, std::size_t samples) {
    std::vector<std::uint32_t> order(samples);
    for (std::size_t i = 0; i < samples; ++i) {
        order[i] = static_cast<std::uint32_t>(samples - 1 - i);
    }
    return {device, order};
}

/// Words that hold subnormals, infinities and not-a-numbers where they are floats.
Buffer<std::uint32_t> words(Device& device, std::size_t count, std::uint32_t salt) {
    std::vector<std::uint32_t> all(count);
    for (std::size_t i = 0; i < count; ++i) all[i] = input_word(i, salt);
    return {device, all};
}

std::uint64_t rows_hash(Device& device, Element from, Element to, std::size_t n) {
    constexpr std::size_t size = 5;
    const std::size_t samples = n + 9;
    const auto values = words(device, samples * size, 80);
    const auto order = reversed(device, samples);
    const Buffer<LaneState> states(device, four_lanes(n));
    Buffer<std::uint32_t> y(device, 4 * batch * size); // room for the widest
    kernels::gather_rows(device,
                         {.values = values.data(),
                          .offsets = {},
                          .order = order.data(),
                          .size = size,
                          .from = from,
                          .to = to},
                         4, batch, states.data(), y.data());
    Fnv fnv;
    fnv.add(y);
    return fnv.value();
}

std::uint64_t ragged_hash(Device& device, Element from, Element to, std::size_t n) {
    constexpr std::size_t size = 3, each = 7;
    const std::size_t samples = n + 9;
    std::vector<std::uint64_t> offsets{0};
    for (std::size_t i = 0; i < samples; ++i) {
        offsets.push_back(offsets.back() + 1 + input_word(i, 81) % each);
    }
    const auto values = words(device, offsets.back() * size, 82);
    const auto order = reversed(device, samples);
    const Buffer<std::uint64_t> starts(device, offsets);
    const Buffer<LaneState> states(device, four_lanes(n));
    Buffer<std::uint32_t> y(device, 4 * batch * each * size);
    Buffer<std::uint32_t> counts(device, 4);
    kernels::gather_ragged(device,
                           {.values = values.data(),
                            .offsets = starts.data(),
                            .order = order.data(),
                            .size = size,
                            .each = each,
                            .from = from,
                            .to = to},
                           4, batch, states.data(), y.data(), counts.data());
    Fnv fnv;
    fnv.add(y);
    fnv.add(counts);
    return fnv.value();
}

} // namespace

void add_rows_cases(std::vector<GoldenCase>& cases) {
    const auto add = [&](const char* name, auto hash, Element from, Element to) {
        cases.push_back(
            {name, [=](Device& device, std::size_t n) { return hash(device, from, to, n); }});
    };
    add("gather_rows f32", rows_hash, Element::f32, Element::f32);
    add("gather_rows f32 as bf16", rows_hash, Element::f32, Element::bf16);
    add("gather_rows u16", rows_hash, Element::u16, Element::u16);
    add("gather_rows u8 as i32", rows_hash, Element::u8, Element::i32);
    add("gather_ragged i32", ragged_hash, Element::i32, Element::i32);
    add("gather_ragged f32 as bf16", ragged_hash, Element::f32, Element::bf16);
}

} // namespace fedmrn::test
