// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#include <limits>
#include <string>

#include "golden_bits.hpp"
#include "golden_inputs.hpp"
#include "kernels/adam.hpp"
#include "kernels/binarize.hpp"
#include "kernels/prune.hpp"
#include "kernels/scores.hpp"

namespace fedmrn::test {
namespace {

constexpr std::uint64_t seed = 0xF0E1D2C3B4A59687;
constexpr float infinity = std::numeric_limits<float>::infinity();

/// From −16 to 16, and what no sane score is.
std::vector<float> scores(std::size_t count, std::uint32_t salt) {
    constexpr float special[] = {0.0f, -0.0f, 1e-42f, 120.0f, -120.0f, infinity, -infinity};
    return with_special(input_values(count, salt, 0x1p-19f), special);
}

/// From −1/8 to 1/8, beyond any α.
std::vector<float> updates(std::size_t count, std::uint32_t salt) {
    constexpr float special[] = {0.0f, -0.0f, 1e-42f, 5e-4f, -5e-4f, 0.05f, -0.05f};
    return with_special(input_values(count, salt, 0x1p-26f), special);
}

/// The functions themselves, at n arguments.
std::uint64_t formula_hash(std::size_t n) {
    std::vector<double> values;
    for (std::size_t i = 0; i < n; ++i) {
        const auto x = static_cast<double>(input_value(i, 1, 0x1p-13f)); // up to ±1024
        const auto y = static_cast<double>(input_value(i, 2, 0x1p-28f)); // up to ±1/32
        for (const double z : {x, y}) {
            values.push_back(formula::exponential(z));
            values.push_back(formula::sigmoid(z));
            values.push_back(formula::sigmoid_slope(z));
            values.push_back(formula::logit(0.5 + z * 0x1p-11));
        }
        values.push_back(formula::logarithm(0x1p-40 + x * x));
        values.push_back(formula::logarithm(1.0 + y));
    }
    Fnv fnv;
    fnv.add(values);
    return fnv.value();
}

const std::vector<LaneState> lanes_at_work{
    {seed, 0, 64, 4, 10, 7}, {}, {seed + 1, 0, 64, 5, 10, 64}, {seed + 2, 0, 64, 6, 10, 64}};

std::uint64_t score_hash(Device& device, bool gradient, std::size_t n) {
    const std::size_t lanes = lanes_at_work.size(), stride = n + 5;
    const std::vector<kernels::FrozenTensor> tensors{{n / 3, 0.75f}, {n / 2, 0.1f}, {n, 0.003f}};
    const Buffer<LaneState> states(device, lanes_at_work);
    const Buffer<float> global(device, input_values(n, 3, 0x1p-21f));
    const Buffer<float> update(device, scores(lanes * stride, 4));
    Buffer<float> out(device, input_values(lanes * stride, 5, 0x1p-30f));
    if (gradient) {
        kernels::score_gradient(device, {seed, tensors}, 1.1, lanes, states.data(), global.data(),
                                {update.data(), stride}, {out.data(), stride});
    } else {
        kernels::score_weights(device, {seed, tensors}, lanes, states.data(), global.data(),
                               {update.data(), stride}, {out.data(), stride});
    }
    return hash_of(out);
}

std::uint64_t mean_score_hash(Device& device, std::uint32_t masks, std::size_t n) {
    const std::vector<kernels::FrozenTensor> tensors{{n / 3, 0.75f}, {n / 2, 0.1f}, {n, 0.003f}};
    const Buffer<float> global(device, scores(n, 13));
    Buffer<float> out(device, n);
    kernels::mean_score_weights(device, {seed, tensors}, {seed + 3, 8, masks}, global.data(),
                                out.data());
    return hash_of(out);
}

std::uint64_t adam_hash(Device& device, std::size_t n) {
    const std::size_t lanes = lanes_at_work.size(), stride = n + 5;
    constexpr float special[] = {0.0f, -0.0f, 1e-42f, 1e-20f, -1e19f, 3e38f};
    const Buffer<LaneState> states(device, lanes_at_work);
    std::vector<float> squares = input_values(lanes * stride, 14, 0x1p-44f);
    for (float& square : squares) square = square < 0.0f ? -square : square;
    Buffer<float> m(device, input_values(lanes * stride, 15, 0x1p-36f)), v(device, squares);
    Buffer<float> g(device, with_special(input_values(lanes * stride, 16, 0x1p-34f), special));
    kernels::adam_direction(device, {}, lanes, states.data(), n, {m.data(), stride},
                            {v.data(), stride}, {g.data(), stride});
    Fnv fnv;
    fnv.add(m);
    fnv.add(v);
    fnv.add(g);
    return fnv.value();
}

std::uint64_t pack_scores_hash(Device& device, std::size_t n) {
    const Buffer<float> global(device, input_values(n, 6, 0x1p-21f));
    const Buffer<float> update(device, scores(n, 7));
    Buffer<std::uint32_t> words(device, (n + 31) / 32);
    const kernels::MaskSource one{seed, update.data(), words.data()};
    kernels::pack_scores(device, {&one, 1}, n, global.data());
    return hash_of(words);
}

std::uint64_t posterior_hash(Device& device, std::size_t n) {
    const std::size_t words = (n + 31) / 32;
    std::vector<std::uint32_t> bits(7 * words);
    for (std::size_t i = 0; i < bits.size(); ++i) bits[i] = input_word(i, 8);
    const Buffer<std::uint32_t> masks(device, bits);
    std::vector<kernels::KeptWeights> clients;
    for (std::size_t k = 0; k < 7; ++k) clients.push_back({masks.data() + k * words, 1});
    const Buffer<float> global(device, input_values(n, 9, 0x1p-19f));
    Buffer<std::uint64_t> ones(device, n);
    Buffer<double> mean(device, n);
    kernels::count_kept(device, clients, n, ones.data());
    kernels::posterior_scores(device, ones.data(), 7, n, global.data(), mean.data());
    return hash_of(mean);
}

std::vector<kernels::BinaryTensor> thirds(std::size_t n) {
    return {{0, n / 3}, {n / 3, n / 2 - n / 3}, {n / 2, n - n / 2}};
}

/// Lanes' updates with the scales of three tensors behind n elements: a, then α0.
Buffer<float> scaled_updates(Device& device, std::size_t lanes, std::size_t stride, std::size_t n,
                             float start) {
    std::vector<float> values = updates(lanes * stride, 10);
    for (std::size_t lane = 0; lane < lanes; ++lane) {
        for (std::size_t t = 0; t < 3; ++t) {
            values[lane * stride + n + t] = 0.25f * static_cast<float>(t) - 0.125f;
            values[lane * stride + n + 3 + t] = start;
        }
    }
    return {device, values};
}

std::uint64_t binarize_hash(Device& device, bool gradient, std::size_t n) {
    const std::size_t lanes = lanes_at_work.size(), stride = n + 9;
    const auto tensors = thirds(n);
    const Buffer<LaneState> states(device, lanes_at_work);
    const Buffer<float> global(device, input_values(n, 11, 0x1p-24f));
    Buffer<float> update = scaled_updates(device, lanes, stride, n, 0.01f);
    Buffer<float> out(device, input_values(lanes * stride, 12, 0x1p-30f));
    if (gradient) {
        kernels::binarize_gradient(device, {tensors, n}, lanes, states.data(),
                                   {update.data(), stride}, {out.data(), stride});
    } else {
        kernels::binarize_weights(device, {tensors, n}, lanes, states.data(), global.data(),
                                  {update.data(), stride}, {out.data(), stride});
    }
    Fnv fnv;
    fnv.add(update);
    fnv.add(out);
    return fnv.value();
}

std::uint64_t pack_binarized_hash(Device& device, float start, std::size_t n) {
    const auto tensors = thirds(n);
    const Buffer<float> update = scaled_updates(device, 1, n + 6, n, start);
    Buffer<float> scales(device, 3);
    Buffer<std::uint32_t> words(device, n / 32 + 3);
    const kernels::BinarizeSource one{seed, update.data(), scales.data(), words.data()};
    kernels::pack_binarized(device, {tensors, n}, {&one, 1});
    Fnv fnv;
    fnv.add(scales);
    fnv.add(words);
    return fnv.value();
}

} // namespace

void add_trained_cases(std::vector<GoldenCase>& cases) {
    const auto add = [&](const char* name, auto hash) { cases.push_back({name, hash}); };
    add("exponential, logarithm", [](Device&, std::size_t n) { return formula_hash(n); });
    add("score_weights",
        [](Device& device, std::size_t n) { return score_hash(device, false, n); });
    add("score_gradient",
        [](Device& device, std::size_t n) { return score_hash(device, true, n); });
    for (const std::uint32_t masks : {0u, 1u, 3u}) {
        cases.push_back(
            {"mean_score_weights, masks " + std::to_string(masks),
             [masks](Device& device, std::size_t n) { return mean_score_hash(device, masks, n); }});
    }
    add("adam_direction", adam_hash);
    add("pack_scores", pack_scores_hash);
    add("posterior_scores", posterior_hash);
    add("binarize_weights",
        [](Device& device, std::size_t n) { return binarize_hash(device, false, n); });
    add("binarize_gradient",
        [](Device& device, std::size_t n) { return binarize_hash(device, true, n); });
    add("pack_binarized",
        [](Device& device, std::size_t n) { return pack_binarized_hash(device, 0.01f, n); });
    add("pack_binarized unset",
        [](Device& device, std::size_t n) { return pack_binarized_hash(device, 0.0f, n); });
}

} // namespace fedmrn::test
