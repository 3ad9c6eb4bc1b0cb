// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#include "kernels/pooling.hpp"

#include "bench/support/counters.hpp"

// Bias, ReLU and pool 2 after the two convolutions of CNN2, 28 × 28 × 32 and 14 × 14 × 64. Bytes:
// forward reads x and writes y and, for a max-pool, chosen; backward reads dy and writes dx, and
// reads y and chosen for a max-pool, x for an average.
namespace fedmrn::bench {
namespace {

struct Arrays {
    kernels::PoolingShape shape;
    Buffer<LaneState> lane = one_lane();
    Buffer<std::byte> x, y, dx, dy;
    Buffer<std::uint8_t> chosen;
    Buffer<float> bias, dbias;

    static kernels::PoolingShape shape_of(const benchmark::State& state) {
        const bool first = state.range(0) == 1;
        const std::size_t side = first ? 28 : 14;
        return {.batch = batch,
                .height = side,
                .width = side,
                .channels = first ? 32u : 64u,
                .pool = state.range(1) != 0 ? kernels::Pool::average : kernels::Pool::max,
                .relu = true,
                .real = real_of(state.range(2))};
    }
    explicit Arrays(const benchmark::State& state)
        : shape(shape_of(state)), x(random_activations(shape.real, 4 * outputs())),
          y(random_activations(shape.real, outputs())),
          dx(random_activations(shape.real, 4 * outputs())),
          dy(random_activations(shape.real, outputs())),
          chosen(device(), average() ? 0 : outputs()), bias(random_array(shape.channels)),
          dbias(device(), shape.channels) {}

    [[nodiscard]] bool average() const { return shape.pool == kernels::Pool::average; }
    [[nodiscard]] std::size_t outputs() const {
        return shape.batch * shape.out_height() * shape.out_width() * shape.channels;
    }
    void forward() {
        kernels::pooling_forward(device(), shape, lane.data(), x.data(), {bias.data(), 0}, y.data(),
                                 chosen.data());
    }
    void count(benchmark::State& state, double bytes, double seconds) const {
        bench::count(
            state,
            {.bytes = bytes, .elements = static_cast<double>(4 * outputs()), .samples = batch},
            seconds);
    }
};

void pooling_forward(benchmark::State& state) {
    Arrays a(state);
    const double seconds = measure(state, [&] { a.forward(); });
    a.count(state, static_cast<double>(a.x.size() + a.y.size() + a.chosen.size()), seconds);
}

void pooling_backward(benchmark::State& state) {
    Arrays a(state);
    a.forward();
    const double seconds = measure(state, [&] {
        kernels::pooling_backward(device(), a.shape, a.lane.data(), a.x.data(), {a.bias.data(), 0},
                                  a.y.data(), a.chosen.data(), a.dy.data(), a.dx.data(),
                                  {a.dbias.data(), 0});
    });
    const std::size_t read = a.average() ? a.x.size() : a.y.size() + a.chosen.size();
    a.count(state, static_cast<double>(a.dy.size() + a.dx.size() + read), seconds);
}

const Register all([] {
    const auto layers = [](benchmark::internal::Benchmark* bench) {
        bench->ArgNames({"layer", "average", "bits"})->ArgsProduct({{1, 2}, {0, 1}, {32, 16}});
    };
    add("pooling_forward", pooling_forward)->Apply(layers);
    add("pooling_backward", pooling_backward)->Apply(layers);
});

} // namespace
} // namespace fedmrn::bench
