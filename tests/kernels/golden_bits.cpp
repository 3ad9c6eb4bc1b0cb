// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#include "golden_bits.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "golden_inputs.hpp"
#include "kernels/batch.hpp"
#include "kernels/half.hpp"
#include "kernels/lanes.hpp"
#include "kernels/ranking.hpp"
#include "kernels/update.hpp"

namespace fedmrn::test {
namespace {

using formula::HalfFormat;
using formula::Wide;

constexpr std::uint64_t many = (1ull << 37) + 12345; ///< samples of a very large client

std::vector<float> dense_values(std::size_t count, std::uint32_t salt) {
    constexpr float special[] = {0.0f, -0.0f, 1e-42f, 1e-12f, -3e-13f, 4194303.75f, -4194303.75f};
    return with_special(input_values(count, salt, 0x1p-22f), special);
}

std::uint64_t sgd_hash(Device& device, const kernels::SgdRule& rule, float rate, std::size_t n) {
    const std::size_t lanes = 3, stride = n + 5;
    const Buffer<LaneState> states(
        device, std::vector<LaneState>{{1, 0, 64, 0, 1, 7}, {}, {2, 0, 64, 0, 1, 64}});
    const Buffer<float> gradient(device, dense_values(lanes * stride, 4));
    const Buffer<float> weights(device, dense_values(lanes * stride, 5));
    Buffer<float> velocity(device, dense_values(lanes * stride, 6));
    Buffer<float> update(device, dense_values(lanes * stride, 7));
    const Buffer<float> lr(device, std::vector<float>{rate});
    kernels::sgd_step(device, rule, lr.data(), lanes, states.data(), n, {gradient.data(), stride},
                      {weights.data(), stride}, {velocity.data(), stride}, {update.data(), stride});
    Fnv fnv;
    fnv.add(velocity);
    fnv.add(update);
    return fnv.value();
}

std::uint64_t add_hash(Device& device, std::size_t n) {
    const std::size_t lanes = 3, stride = n + 5;
    const Buffer<LaneState> states(
        device, std::vector<LaneState>{{1, 0, 64, 0, 1, 7}, {}, {2, 0, 64, 0, 1, 64}});
    const Buffer<float> global(device, dense_values(n, 8));
    const Buffer<float> update(device, dense_values(lanes * stride, 9));
    Buffer<float> weights(device, lanes * stride);
    kernels::add_update(device, lanes, states.data(), n, global.data(), {update.data(), stride},
                        {weights.data(), stride});
    return hash_of(weights);
}

std::uint64_t mean_of_masks_hash(Device& device, std::size_t n) {
    std::vector<std::int64_t> sums(n);
    for (std::size_t i = 0; i < n; ++i) {
        sums[i] =
            static_cast<std::int64_t>(std::uint64_t{input_word(i, 10)} << 30 | input_word(i, 11)) -
            (std::int64_t{1} << 61);
    }
    const Buffer<std::int64_t> sum(device, sums);
    Buffer<double> mean(device, n);
    kernels::mean_of_masks(device, n, sum.data(), 0.01f * 0x1p-24f, 6001, mean.data());
    return hash_of(mean);
}

std::uint64_t aggregate_dense_hash(Device& device, std::size_t n, bool mean_too) {
    Buffer<Wide> sum(device, n);
    for (const std::uint64_t samples : {std::uint64_t{600}, many}) {
        const Buffer<float> values(device, dense_values(n, static_cast<std::uint32_t>(samples)));
        kernels::add_dense(device, n, values.data(), samples, sum.data());
    }
    if (!mean_too) {
        return hash_of(sum);
    }
    Buffer<double> mean(device, n);
    kernels::mean_of_dense(device, n, sum.data(), 600 + many, mean.data());
    return hash_of(mean);
}

std::uint64_t server_hash(Device& device, double momentum, std::size_t n) {
    std::vector<double> change(n), moving(n);
    for (std::size_t i = 0; i < n; ++i) {
        change[i] = static_cast<double>(input_value(i, 12, 1.0f)) / 3.0;
        moving[i] = static_cast<double>(input_value(i, 13, 1.0f)) / 7.0;
    }
    const Buffer<double> mean(device, change);
    Buffer<double> velocity(device, moving);
    Buffer<float> global(device, dense_values(n, 14));
    kernels::server_step(device, 0.7, momentum, n, mean.data(),
                         momentum != 0.0 ? velocity.data() : nullptr, global.data());
    Fnv fnv;
    fnv.add(velocity);
    fnv.add(global);
    return fnv.value();
}

std::uint64_t adaptive_hash(Device& device, bool yogi, std::size_t n) {
    std::vector<double> change(n), moving(n), square(n);
    for (std::size_t i = 0; i < n; ++i) {
        change[i] = static_cast<double>(input_value(i, 70, 0x1p-20f)) / 3.0;
        moving[i] = static_cast<double>(input_value(i, 71, 0x1p-20f)) / 7.0;
        square[i] = static_cast<double>(input_word(i, 72)) * 0x1p-30;
    }
    const Buffer<double> mean(device, change);
    Buffer<double> m(device, moving), v(device, square);
    Buffer<float> global(device, dense_values(n, 73));
    kernels::adaptive_server_step(device, {0.1, 0.9, 0.99, 1e-3, yogi}, n, mean.data(), m.data(),
                                  v.data(), global.data());
    Fnv fnv;
    fnv.add(m);
    fnv.add(v);
    fnv.add(global);
    return fnv.value();
}

/// What a sum of two updates keeps once a decoded value has left it.
std::uint64_t left_out_hash(Device& device, std::size_t n) {
    std::vector<double> decoded(n);
    for (std::size_t i = 0; i < n; ++i) {
        decoded[i] = static_cast<double>(input_value(i, 17, 1.0f)) / 3.0;
    }
    const Buffer<double> sent(device, decoded);
    const Buffer<float> values(device, dense_values(n, 18));
    Buffer<float> kept(device, dense_values(n, 19));
    kernels::add_values(device, n, values.data(), kept.data());
    kernels::subtract_decoded(device, n, sent.data(), kept.data());
    return hash_of(kept);
}

/// Clients of n samples: at the first step, at the short last one of the first epoch, at the first
/// of the second epoch; and one that idles.
std::uint64_t gather_hash(Device& device, Real real, bool augmented, std::size_t n) {
    constexpr std::uint32_t batch = 64;
    const std::uint32_t size = augmented ? 5 * 4 * 3 : 6;
    const auto count = static_cast<std::uint32_t>(n);
    std::vector<std::uint8_t> bytes((n + 9) * size);
    for (std::size_t i = 0; i < bytes.size(); ++i) {
        bytes[i] = static_cast<std::uint8_t>(input_word(i, 15) >> 24);
    }
    std::vector<std::uint16_t> classes(n + 9);
    std::vector<std::uint32_t> reversed(n + 9);
    for (std::size_t i = 0; i < n + 9; ++i) {
        classes[i] = static_cast<std::uint16_t>(input_word(i, 16) >> 16);
        reversed[i] = static_cast<std::uint32_t>(n + 8 - i);
    }
    const Buffer<std::uint8_t> pixels(device, bytes);
    const Buffer<std::uint16_t> of_samples(device, classes);
    const Buffer<std::uint32_t> order(device, reversed);
    const Buffer<float> scale(device, std::vector<float>{0x1.11p-8f, 0x1.23p-7f, 0x1.5p-9f});
    const Buffer<float> shift(device, std::vector<float>{-0.81f, -1.7f, 0.33f});
    const kernels::SplitView split{pixels.data(),
                                   of_samples.data(),
                                   order.data(),
                                   scale.data(),
                                   shift.data(),
                                   size,
                                   3,
                                   true,
                                   4,
                                   augmented};
    const std::uint32_t each = formula::steps_per_epoch(count, batch);
    std::vector<LaneState> states(4);
    for (const std::uint32_t l : {0u, 1u, 3u}) {
        const std::uint32_t step = l == 0 ? 0 : (l == 1 ? each - 1 : each);
        states[l] = {77 + l, l, count, step, 2 * each, 0};
        states[l].samples = n == 0 ? 0 : formula::batch_samples(states[l], batch);
    }
    const Buffer<LaneState> on_device(device, states);
    Buffer<std::byte> x(device, 4 * batch * size * size_of(real));
    Buffer<std::uint16_t> labels(device, 4 * batch);
    kernels::gather_batch(device, split, 4, batch, on_device.data(), real, x.data(), labels.data());
    Fnv fnv;
    fnv.add(x);
    fnv.add(labels);
    return fnv.value();
}

/// Two clients: the latter part of their parameters, and statistics.
std::uint64_t state_changes_hash(Device& device, std::size_t n) {
    const std::size_t first = n / 2, trainable = first + n / 3, stride = n + 5;
    const Buffer<float> global(device, dense_values(n, 62));
    const Buffer<float> update(device, dense_values(2 * stride, 63));
    const Buffer<float> weights(device, dense_values(2 * stride, 64));
    Buffer<float> change(device, 2 * stride);
    std::vector<kernels::ChangeSource> clients;
    for (const std::size_t at : {std::size_t{0}, stride}) {
        clients.push_back({update.data() + at, weights.data() + at, change.data() + at});
    }
    kernels::state_changes(device, clients, global.data(), first, trainable, n);
    return hash_of(change);
}

/// Of finite values, and of some that hold what is not a number.
std::uint64_t largest_magnitude_hash(Device& device, std::size_t n) {
    std::vector<float> values = dense_values(n, 65);
    Fnv fnv;
    for (int i = 0; i < 2; ++i) {
        const Buffer<float> vector(device, values);
        fnv.add(std::vector<float>{kernels::largest_magnitude(device, n, vector.data())});
        if (n != 0) {
            values[n / 2] = std::numeric_limits<float>::quiet_NaN();
        }
    }
    return fnv.value();
}

/// Rows of n a sample and rows that the device counts; and shares of a loss's metrics.
std::uint64_t rows_hash(Device& device, std::size_t n) {
    const Buffer<LaneState> states(
        device, std::vector<LaneState>{{}, {2, 0, 64, 3, 9, 7}, {3, 0, 9, 4, 5, 1}});
    const Buffer<std::uint32_t> counts(device, std::vector<std::uint32_t>{5, 1, 3});
    Buffer<LaneState> rows(device, 3), counted(device, 3);
    kernels::lane_rows(device, 3, states.data(), n, nullptr, 8, rows.data());
    kernels::lane_rows(device, 3, states.data(), n, counts.data(), 8, counted.data());
    Buffer<LaneMetrics> from(device,
                             std::vector<LaneMetrics>{{0.1, 1, 2}, {0.7, n, 7}, {-3e-7, 4, n}});
    Buffer<LaneMetrics> to(device, std::vector<LaneMetrics>(3, {0.5, 3, 7}));
    kernels::add_metrics(device, 3, {0.3f, true, false}, from.data(), to.data());
    kernels::add_metrics(device, 3, {0.3f, false, true}, from.data(), to.data()); // of zeros
    Fnv fnv;
    for (const Buffer<LaneState>* made : {&rows, &counted}) {
        for (const LaneState& lane : made->read()) {
            fnv.add(std::vector<std::uint64_t>{lane.seed, lane.first, lane.count, lane.step,
                                               lane.steps, lane.samples});
        }
    }
    fnv.add(to);
    fnv.add(from);
    return fnv.value();
}

/// Logits of n classes, many of them equal, in lanes of three, no and two rows.
std::uint64_t ranking_hash(Device& device, std::size_t n) {
    constexpr std::size_t batch = 3;
    std::vector<LaneState> lanes(3);
    lanes[0].samples = 3;
    lanes[2].samples = 2;
    std::vector<float> z(3 * batch * n);
    std::vector<std::uint16_t> wanted(3 * batch);
    for (std::size_t i = 0; i < z.size(); ++i) {
        z[i] = static_cast<float>(input_word(i, 81) >> 28);
    }
    const float special[] = {std::numeric_limits<float>::quiet_NaN(), -0.0f,
                             std::numeric_limits<float>::infinity(),
                             -std::numeric_limits<float>::infinity()};
    z = with_special(std::move(z), special);
    for (std::size_t i = 0; i < wanted.size() && n != 0; ++i) {
        wanted[i] = static_cast<std::uint16_t>(input_word(i, 82) % std::min<std::size_t>(n, 65536));
    }
    const Buffer<LaneState> states(device, lanes);
    const Buffer<float> logits(device, z);
    const Buffer<std::uint16_t> labels(device, wanted);
    Buffer<LaneMetrics> tallies(device, std::vector<LaneMetrics>(3, {0.5, 3, 7}));
    for (const std::size_t k : {std::size_t{1}, n / 16 + 1, n / 2 + 1}) {
        if (n != 0) {
            kernels::count_top_k(device, 3, batch, n, k, states.data(), logits.data(),
                                 labels.data(), tallies.data());
        }
    }
    return hash_of(tallies);
}

/// Two of three lanes get a client, and all take two steps.
std::uint64_t lanes_hash(Device& device, std::size_t n) {
    const std::size_t trainable = n, state = n + 5, stride = n + 8;
    Buffer<LaneState> states(device,
                             std::vector<LaneState>{{}, {2, 0, 64, 3, 9, 7}, {3, 0, 9, 4, 5, 1}});
    Buffer<LaneMetrics> metrics(device, std::vector<LaneMetrics>(3, {0.5, 3, 7}));
    const Buffer<float> global(device, dense_values(state, 66));
    Buffer<float> update(device, dense_values(3 * stride, 67));
    Buffer<float> velocity(device, dense_values(3 * stride, 68));
    Buffer<float> weights(device, dense_values(3 * stride, 69));
    const kernels::LaneArrays lanes{states.data(),
                                    metrics.data(),
                                    {update.data(), stride},
                                    {velocity.data(), stride},
                                    {weights.data(), stride},
                                    n + 2};
    const std::vector<kernels::LaneStart> starts{{2, {8, 40, 13, 0, 4, 8}},
                                                 {0, {9, 0, 5, 0, 1, 5}}};
    kernels::start_lanes(device, starts, lanes, global.data(), trainable, state);
    kernels::advance_lanes(device, 3, 8, states.data());
    kernels::advance_lanes(device, 3, 8, states.data());
    Fnv fnv;
    for (const LaneState& lane : states.read()) { // without the gap at its end
        fnv.add(std::vector<std::uint64_t>{lane.seed, lane.first, lane.count, lane.step, lane.steps,
                                           lane.samples});
    }
    fnv.add(metrics);
    fnv.add(update);
    fnv.add(velocity);
    fnv.add(weights);
    return fnv.value();
}

/// Values around every magnitude that 16 bits tell apart.
std::uint64_t to_halves_hash(Device& device, HalfFormat format, std::size_t n) {
    constexpr float infinity = std::numeric_limits<float>::infinity();
    constexpr float special[] = {
        0.0f,       -0.0f,     1e-42f,          0x1p-25f,
        0x1.8p-24f, -65504.0f, 65519.0f,        65520.0f,
        -infinity,  1e38f,     1.0f + 0x1p-11f, std::numeric_limits<float>::quiet_NaN()};
    std::vector<float> values = input_values(n, 21, 0x1p-23f);
    for (std::size_t i = 0; i < n; ++i) {
        values[i] = std::ldexp(values[i], static_cast<int>(input_word(i, 22) % 44) - 27); // exact
    }
    const Buffer<float> from(device, with_special(std::move(values), special));
    Buffer<std::uint16_t> halves(device, n);
    kernels::to_halves(device, format, n, from.data(), halves.data());
    return hash_of(halves);
}

std::uint64_t of_halves_hash(Device& device, HalfFormat format, std::size_t n) {
    std::vector<std::uint16_t> bits(n);
    for (std::size_t i = 0; i < n; ++i) {
        bits[i] = static_cast<std::uint16_t>(input_word(i, 23));
    }
    const Buffer<std::uint16_t> halves(device, bits);
    Buffer<float> values(device, n);
    kernels::of_halves(device, format, n, halves.data(), values.data());
    return hash_of(values);
}

/// The order itself; a formula, and no contract.
std::uint64_t shuffle_hash(std::size_t n) {
    const auto count = static_cast<std::uint32_t>(n);
    const formula::Permutation order = formula::shuffle(0xF0E1D2C3B4A59687, 3, std::max(count, 1u));
    std::vector<std::uint32_t> positions(n);
    for (std::uint32_t i = 0; i < count; ++i) positions[i] = formula::permute(order, i);
    Fnv fnv;
    fnv.add(positions);
    return fnv.value();
}

} // namespace

void add_update_cases(std::vector<GoldenCase>& cases) {
    const auto add = [&](const std::string& name, auto hash) { cases.push_back({name, hash}); };
    const auto sgd = [&](const char* name, float lr, kernels::SgdRule rule) {
        add(name, [=](Device& device, std::size_t n) { return sgd_hash(device, rule, lr, n); });
    };
    sgd("sgd_step plain", 0.1f, {0.0f, 0.0f, true});
    sgd("sgd_step momentum, decay of weights", 0.03f, {0.9f, 5e-4f, true});
    sgd("sgd_step decay of update", 0.1f, {0.0f, 1e-3f, false});
    add("add_update", add_hash);
    add("mean_of_masks", mean_of_masks_hash);
    add("aggregate_dense",
        [](Device& device, std::size_t n) { return aggregate_dense_hash(device, n, false); });
    add("mean_of_dense",
        [](Device& device, std::size_t n) { return aggregate_dense_hash(device, n, true); });
    add("server_step", [](Device& device, std::size_t n) { return server_hash(device, 0.0, n); });
    add("server_step momentum",
        [](Device& device, std::size_t n) { return server_hash(device, 0.9, n); });
    add("adaptive_server_step Adam",
        [](Device& device, std::size_t n) { return adaptive_hash(device, false, n); });
    add("adaptive_server_step Yogi",
        [](Device& device, std::size_t n) { return adaptive_hash(device, true, n); });
    add("add_values, subtract_decoded", left_out_hash);
    add("gather_batch f32",
        [](Device& device, std::size_t n) { return gather_hash(device, Real::f32, false, n); });
    add("gather_batch bf16",
        [](Device& device, std::size_t n) { return gather_hash(device, Real::bf16, false, n); });
    add("gather_batch augmented, f32",
        [](Device& device, std::size_t n) { return gather_hash(device, Real::f32, true, n); });
    add("gather_batch augmented, bf16",
        [](Device& device, std::size_t n) { return gather_hash(device, Real::bf16, true, n); });
    add("state_changes", state_changes_hash);
    add("largest_magnitude", largest_magnitude_hash);
    add("start_lanes, advance_lanes", lanes_hash);
    add("lane_rows, add_metrics", rows_hash);
    add("count_top_k", ranking_hash);
    add("shuffle", [](Device&, std::size_t n) { return shuffle_hash(n); });
    for (const HalfFormat format : {HalfFormat::float16, HalfFormat::bfloat16}) {
        const std::string name = format == HalfFormat::float16 ? "float16" : "bfloat16";
        add("to_halves " + name,
            [=](Device& device, std::size_t n) { return to_halves_hash(device, format, n); });
        add("of_halves " + name,
            [=](Device& device, std::size_t n) { return of_halves_hash(device, format, n); });
    }
}

std::vector<GoldenCase> golden_cases() {
    std::vector<GoldenCase> cases;
    add_mask_cases(cases);
    add_update_cases(cases);
    add_quantize_cases(cases);
    add_hadamard_cases(cases);
    add_select_cases(cases);
    add_low_rank_cases(cases);
    add_layer_cases(cases);
    add_trained_cases(cases);
    add_rows_cases(cases);
    add_affine_cases(cases);
    return cases;
}

} // namespace fedmrn::test
