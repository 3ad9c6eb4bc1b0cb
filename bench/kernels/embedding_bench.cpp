// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#include "kernels/embedding.hpp"

#include "bench/support/counters.hpp"

// A batch of 64 samples of tokens: 80 characters of an alphabet of 80, rows of 8; 20 words of
// 10,000, rows of 96. Bytes: rows are read and written once; backward also writes the table.
namespace fedmrn::bench {
namespace {

struct Arrays {
    kernels::EmbeddingShape shape;
    Buffer<LaneState> lane = one_lane();
    Buffer<std::int32_t> tokens;
    Buffer<float> w, dw;
    Buffer<std::byte> rows;

    static kernels::EmbeddingShape shape_of(const benchmark::State& state) {
        const bool characters = state.range(0) == 80;
        return {.batch = batch,
                .tokens = characters ? 80u : 20u,
                .vocabulary = static_cast<std::size_t>(state.range(0)),
                .dim = characters ? 8u : 96u,
                .real = real_of(state.range(1))};
    }
    explicit Arrays(const benchmark::State& state)
        : shape(shape_of(state)), tokens(device(), words()),
          w(random_array(shape.vocabulary * shape.dim)), dw(device(), shape.vocabulary * shape.dim),
          rows(random_activations(shape.real, places() * shape.dim)) {}

    [[nodiscard]] std::size_t places() const { return shape.batch * shape.tokens; }
    [[nodiscard]] std::vector<std::int32_t> words() const {
        std::vector<std::int32_t> words(places());
        for (std::size_t i = 0; i < words.size(); ++i) {
            const std::uint32_t word = formula::element_word(2, i, 0, formula::purpose_synthetic);
            words[i] = static_cast<std::int32_t>(word % shape.vocabulary);
        }
        return words;
    }
    void count(benchmark::State& state, std::size_t bytes, double seconds) const {
        bench::count(state,
                     {.bytes = static_cast<double>(bytes + 4 * tokens.size()),
                      .elements = static_cast<double>(places() * shape.dim),
                      .samples = batch},
                     seconds);
    }
};

void embedding_forward(benchmark::State& state) {
    Arrays a(state);
    const double seconds = measure(state, [&] {
        kernels::embedding_forward(device(), a.shape, a.lane.data(), a.tokens.data(),
                                   {a.w.data(), 0}, a.rows.data());
    });
    a.count(state, a.places() * a.shape.dim * 4 + a.rows.size(), seconds);
}

void embedding_backward(benchmark::State& state) {
    Arrays a(state);
    const double seconds = measure(state, [&] {
        kernels::embedding_backward(device(), a.shape, a.lane.data(), a.tokens.data(),
                                    a.rows.data(), {a.dw.data(), 0});
    });
    a.count(state, 4 * a.dw.size() + a.places() * a.shape.dim * 8 + a.rows.size(), seconds);
}

const Register all([] {
    const auto tables = [](benchmark::internal::Benchmark* bench) {
        bench->ArgNames({"vocabulary", "bits"})->ArgsProduct({{80, 10000}, {32, 16}});
    };
    add("embedding_forward", embedding_forward)->Apply(tables);
    add("embedding_backward", embedding_backward)->Apply(tables);
});

} // namespace
} // namespace fedmrn::bench
