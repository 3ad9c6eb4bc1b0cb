// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#include "golden_bits.hpp"

#include <cmath>

#include "golden_inputs.hpp"
#include "kernels/activation.hpp"
#include "kernels/embedding.hpp"
#include "kernels/formula/bf16.hpp"
#include "kernels/pooling.hpp"
#include "kernels/sum.hpp"

// The layers whose contracts are `bits`.
namespace fedmrn::test {
namespace {

Buffer<std::byte> activations(Device& device, Real real, std::size_t count, std::uint32_t salt) {
    constexpr float special[] = {0.0f, -0.0f, 1e-42f, 2.0f, 2.0f};
    const auto values = with_special(input_values(count, salt, 0x1p-22f), special);
    Buffer<std::byte> buffer(device, count * size_of(real));
    if (real == Real::f32) {
        buffer.write(std::as_bytes(std::span(values)));
        return buffer;
    }
    std::vector<formula::Bf16> narrow;
    for (const float v : values) narrow.push_back(formula::from_float<formula::Bf16>(v));
    buffer.write(std::as_bytes(std::span(narrow)));
    return buffer;
}

/// Lanes with a batch that is one sample short, with none, and with a full one.
Buffer<LaneState> three_lanes(Device& device, std::size_t batch) {
    const auto full = static_cast<std::uint32_t>(batch);
    return {device,
            std::vector<LaneState>{{1, 0, full, 0, 1, full - 1}, {}, {2, 0, full, 0, 1, full}}};
}

/// n values or so a lane, in images of 6 × 3 to 6 × 9 pixels and 5 channels.
std::uint64_t pooling_hash(Device& device, kernels::PoolingShape s, std::size_t n) {
    s.lanes = 3;
    s.height = 6;
    s.width = 3 + n % 7;
    s.channels = 5;
    const std::size_t image = s.height * s.width * s.channels;
    s.batch = n / image + 1;
    const std::size_t in = s.lanes * s.batch * image;
    const std::size_t out = s.lanes * s.batch * s.out_height() * s.out_width() * s.channels;
    const Buffer<LaneState> states = three_lanes(device, s.batch);
    const auto x = activations(device, s.real, in, 20), dy = activations(device, s.real, out, 21);
    const Buffer<float> bias(device, input_values(3 * 9, 22, 0x1p-24f));
    Buffer<std::byte> y(device, out * size_of(s.real)), dx(device, in * size_of(s.real));
    Buffer<std::uint8_t> chosen(device, out);
    Buffer<float> dbias(device, 3 * 9);
    kernels::pooling_forward(device, s, states.data(), x.data(), {bias.data(), 9}, y.data(),
                             chosen.data());
    kernels::pooling_backward(device, s, states.data(), x.data(), {bias.data(), 9}, y.data(),
                              chosen.data(), dy.data(), dx.data(), {dbias.data(), 9});
    Fnv fnv;
    fnv.add(y);
    fnv.add(chosen);
    fnv.add(dx);
    fnv.add(dbias);
    return fnv.value();
}

/// n values or so a lane, rows of 5 to 11 of a table of 40; some rows are never read.
std::uint64_t embedding_hash(Device& device, Real real, std::size_t n) {
    const std::size_t dim = 5 + n % 7;
    const kernels::EmbeddingShape s{.lanes = 3,
                                    .batch = n / (3 * dim) + 1,
                                    .tokens = 3,
                                    .vocabulary = 40,
                                    .dim = dim,
                                    .real = real};
    const std::size_t places = s.lanes * s.batch * s.tokens, stride = 40 * dim + 3;
    std::vector<std::int32_t> words(places);
    for (std::size_t i = 0; i < places; ++i) {
        words[i] = static_cast<std::int32_t>(input_word(i, 23) % 37);
    }
    const Buffer<LaneState> states = three_lanes(device, s.batch);
    const Buffer<std::int32_t> tokens(device, words);
    const Buffer<float> w(device, input_values(3 * stride, 24, 0x1p-22f));
    const auto dy = activations(device, real, places * s.dim, 25);
    Buffer<std::byte> y(device, places * s.dim * size_of(real));
    Buffer<float> dw(device, input_values(3 * stride, 26, 1.0f));
    kernels::embedding_forward(device, s, states.data(), tokens.data(), {w.data(), stride},
                               y.data());
    kernels::embedding_backward(device, s, states.data(), tokens.data(), dy.data(),
                                {dw.data(), stride});
    Fnv fnv;
    fnv.add(y);
    fnv.add(dw);
    return fnv.value();
}

/// n values or so a lane, rows of 7.
std::uint64_t relu_hash(Device& device, std::size_t n) {
    const std::size_t batch = n / 7 + 1, values = 3 * batch * 7;
    constexpr float special[] = {0.0f, -0.0f, 1e-42f, -1e-42f, HUGE_VALF, -HUGE_VALF};
    const Buffer<LaneState> states = three_lanes(device, batch);
    const Buffer<float> x(device, with_special(input_values(values, 60, 0x1p-22f), special));
    const Buffer<float> dy(device, with_special(input_values(values, 61, 0x1p-22f), special));
    Buffer<float> y(device, values), dx(device, values);
    kernels::relu_forward(device, 3, batch, 7, states.data(), x.data(), y.data());
    kernels::relu_backward(device, 3, batch, 7, states.data(), y.data(), dy.data(), dx.data());
    Fnv fnv;
    fnv.add(y);
    fnv.add(dx);
    return fnv.value();
}

/// n values or so a lane: a sum of two, and in place the multiple of one.
std::uint64_t sum_hash(Device& device, Real real, std::size_t n) {
    const kernels::SumShape s{.lanes = 3, .batch = n / 7 + 1, .size = 7, .real = real};
    const std::size_t all = s.lanes * s.batch * s.size;
    const Buffer<LaneState> states = three_lanes(device, s.batch);
    const auto a = activations(device, real, all, 27);
    auto b = activations(device, real, all, 28);
    Buffer<std::byte> y(device, all * size_of(real));
    kernels::weighted_sum(device, s, states.data(), 0.7f, a.data(), -1.3f, b.data(), y.data());
    kernels::weighted_sum(device, s, states.data(), 0.3f, b.data(), 0.0f, nullptr, b.data());
    Fnv fnv;
    fnv.add(y);
    fnv.add(b);
    return fnv.value();
}

} // namespace

void add_layer_cases(std::vector<GoldenCase>& cases) {
    using kernels::Pool;
    const auto pooling = [&](const char* name, kernels::PoolingShape shape) {
        cases.push_back(
            {name, [=](Device& device, std::size_t n) { return pooling_hash(device, shape, n); }});
    };
    for (const Real real : {Real::f32, Real::bf16}) {
        const bool wide = real == Real::f32;
        pooling(wide ? "max-pool 2, ReLU, f32" : "max-pool 2, ReLU, bf16",
                {.pool = Pool::max, .relu = true, .real = real});
        pooling(wide ? "average-pool 3 every 2, ReLU, f32" : "average-pool 3 every 2, ReLU, bf16",
                {.pool = Pool::average, .window = 3, .relu = true, .real = real});
        cases.push_back(
            {wide ? "embedding f32" : "embedding bf16",
             [=](Device& device, std::size_t n) { return embedding_hash(device, real, n); }});
    }
    pooling("max-pool 3 every 1, f32", {.pool = Pool::max, .window = 3, .stride = 1});
    cases.push_back({"relu", relu_hash});
    for (const Real real : {Real::f32, Real::bf16}) {
        cases.push_back({real == Real::f32 ? "weighted_sum f32" : "weighted_sum bf16",
                         [=](Device& device, std::size_t n) { return sum_hash(device, real, n); }});
    }
}

} // namespace fedmrn::test
