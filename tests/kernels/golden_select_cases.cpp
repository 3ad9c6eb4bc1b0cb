// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#include <limits>
#include <string>

#include "golden_bits.hpp"
#include "golden_inputs.hpp"
#include "kernels/prune.hpp"
#include "kernels/select.hpp"

namespace fedmrn::test {
namespace {

using formula::MergeRule;

constexpr std::size_t clients = 2;

/// Values on a coarse grid, so that many are equal, with extremes between them.
std::vector<float> select_values(std::size_t n, std::uint32_t salt) {
    using Limits = std::numeric_limits<float>;
    constexpr float special[] = {0.0f,           -0.0f,           1e-42f,
                                 -3e-45f,        Limits::max(),   -Limits::infinity(),
                                 -Limits::min(), Limits::lowest()};
    std::vector<float> values(n);
    for (std::size_t i = 0; i < n; ++i)
        values[i] =
            static_cast<float>(static_cast<int>(input_word(i, salt) >> 20) - 2048) * 0x1p-9f;
    return with_special(values, special);
}

/// Two clients' thresholds, selections and kept values for k = ⌈n / one_in⌉, the second with a
/// base.
std::uint64_t select_hash(Device& device, std::size_t one_in, std::size_t n) {
    const std::size_t words = (n + 31) / 32, k = (n + one_in - 1) / one_in;
    const Buffer<float> values(device, select_values(clients * n, 1)),
        base(device, input_values(n, 2, 0x1p-24f));
    Buffer<formula::Threshold> thresholds(device, clients);
    Buffer<std::uint32_t> selected(device, clients * words);
    Buffer<float> kept(device, clients * k);
    std::vector<kernels::SelectSource> sources;
    for (std::size_t c = 0; c < clients; ++c) {
        sources.push_back({values.data() + c * n, c == 0 ? nullptr : base.data(),
                           thresholds.data() + c, selected.data() + c * words,
                           kept.data() + c * k});
    }
    kernels::find_thresholds(device, sources, n, k);
    kernels::select_largest(device, sources, n);
    kernels::gather_selected(device, sources, n);
    Fnv fnv;
    for (const formula::Threshold& found : thresholds.read()) {
        fnv.add(std::vector<std::uint64_t>{found.bits, found.ties}); // without what pads them
    }
    fnv.add(selected);
    fnv.add(kept);
    return fnv.value();
}

std::vector<std::uint32_t> any_words(std::size_t n, std::uint32_t salt) {
    std::vector<std::uint32_t> words((n + 31) / 32);
    for (std::size_t i = 0; i < words.size(); ++i) words[i] = input_word(i, salt);
    if (n % 32 != 0) words.back() &= (1u << n % 32) - 1;
    return words;
}

std::uint64_t scatter_hash(Device& device, std::size_t n) {
    const Buffer<std::uint32_t> words(device, any_words(n, 4)), signs(device, any_words(n, 5));
    const Buffer<float> kept(device, input_values(n, 6, 0x1p-24f));
    Buffer<float> values(device, 2 * n);
    const std::vector<kernels::ScatterSource> sources{
        {words.data(), kept.data(), nullptr, 0.0f, values.data()},
        {words.data(), nullptr, signs.data(), 0.1f, values.data() + n}};
    kernels::scatter_selected(device, sources, n);
    return hash_of(values);
}

std::uint64_t merge_hash(Device& device, MergeRule rule, std::size_t n) {
    constexpr std::uint64_t samples[] = {600, 1, (1ull << 37) + 12345};
    const std::size_t words = (n + 31) / 32;
    std::vector<std::uint32_t> bits;
    for (std::uint32_t c = 0; c < 3; ++c) {
        const auto mine = any_words(n, 7 + c);
        bits.insert(bits.end(), mine.begin(), mine.end());
    }
    const Buffer<std::uint32_t> selected(device, bits);
    std::vector<kernels::KeptWeights> sources;
    for (std::size_t c = 0; c < 3; ++c) {
        sources.push_back({selected.data() + c * words, samples[c]});
    }
    Buffer<std::uint64_t> kept(device, n);
    kernels::count_kept(device, sources, n, kept.data());
    std::vector<formula::Wide> sums(n);
    for (std::size_t i = 0; i < n; ++i) {
        sums[i] = static_cast<formula::Wide>(static_cast<std::int32_t>(input_word(i, 10))) << 40;
    }
    const Buffer<formula::Wide> sum(device, sums);
    const Buffer<float> global(device, input_values(n, 11, 0x1p-24f));
    Buffer<double> mean(device, n);
    kernels::merge_kept(device, rule, n, sum.data(), kept.data(), 601 + samples[2], global.data(),
                        mean.data());
    Fnv fnv;
    fnv.add(kept);
    fnv.add(mean);
    return fnv.value();
}

std::uint64_t stop_hash(Device& device, std::size_t n) {
    const std::size_t lanes = 3, stride = n + 5;
    const Buffer<LaneState> states(
        device, std::vector<LaneState>{{1, 0, 64, 0, 1, 7}, {}, {2, 0, 64, 0, 1, 64}});
    constexpr float special[] = {0.0f, -0.0f, 1e-45f};
    const Buffer<float> global(device, with_special(input_values(n, 12, 0x1p-24f), special));
    Buffer<float> gradient(device, input_values(lanes * stride, 13, 0x1p-24f));
    kernels::stop_pruned(device, lanes, states.data(), n, global.data(), {gradient.data(), stride});
    return hash_of(gradient);
}

} // namespace

void add_select_cases(std::vector<GoldenCase>& cases) {
    const auto add = [&](const std::string& name, auto hash) { cases.push_back({name, hash}); };
    for (const std::size_t one_in : {std::size_t{1}, std::size_t{10}, std::size_t{4000}}) {
        add("select one in " + std::to_string(one_in),
            [=](Device& device, std::size_t n) { return select_hash(device, one_in, n); });
    }
    add("scatter_selected", scatter_hash);
    for (const MergeRule rule : {MergeRule::average, MergeRule::nonzero, MergeRule::majority}) {
        add("merge_kept " + std::to_string(static_cast<int>(rule)),
            [=](Device& device, std::size_t n) { return merge_hash(device, rule, n); });
    }
    add("stop_pruned", stop_hash);
}

} // namespace fedmrn::test
