// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#include "kernels/convolution.hpp"

#include "bench/support/counters.hpp"
#include "bench/support/floor.hpp"

// CNN4's four convolutions, the reorders of weights and gradients included.
namespace fedmrn::bench {
namespace {

struct Arrays {
    kernels::ConvolutionShape shape;
    Buffer<LaneState> lane = one_lane();
    Buffer<std::byte> x, y;
    Buffer<float> w;

    explicit Arrays(const benchmark::State& state)
        : shape(convolution_shape(layer(LayerKind::convolution, state.range(0)), 1, batch,
                                  real_of(state.range(1)))),
          x(random_activations(shape.real, batch * shape.height * shape.width * shape.in)),
          y(random_activations(shape.real,
                               batch * shape.out_height() * shape.out_width() * shape.out)),
          w(random_array(shape.weights(), 0.05f)) {}

    void count(benchmark::State& state, double seconds) const {
        bench::count(state,
                     {.bytes = static_cast<double>(x.size() + y.size() + w.size() * sizeof(float)),
                      .flops = batch * convolution_flops(shape),
                      .samples = batch},
                     seconds, shape.real);
    }
};

void layers(benchmark::internal::Benchmark* bench) {
    bench->ArgNames({"layer", "bits"})
        ->ArgsProduct({{1, 2, 3, 4}, {32, 16}})
        ->Unit(benchmark::kMicrosecond);
}

void convolution_forward(benchmark::State& state) {
    Arrays a(state);
    const double seconds = measure(state, [&] {
        kernels::convolution_forward(device(), a.shape, a.lane.data(), a.x.data(), {a.w.data(), 0},
                                     a.y.data());
    });
    a.count(state, seconds);
}
BENCHMARK(convolution_forward)->Apply(layers);

void convolution_backward_data(benchmark::State& state) {
    Arrays a(state);
    const double seconds = measure(state, [&] {
        kernels::convolution_backward_data(device(), a.shape, a.lane.data(), a.y.data(),
                                           {a.w.data(), 0}, a.x.data());
    });
    a.count(state, seconds);
}
BENCHMARK(convolution_backward_data)->Apply(layers);

void convolution_backward_weights(benchmark::State& state) {
    Arrays a(state);
    const double seconds = measure(state, [&] {
        kernels::convolution_backward_weights(device(), a.shape, a.lane.data(), a.x.data(),
                                              a.y.data(), {a.w.data(), 0});
    });
    a.count(state, seconds);
}
BENCHMARK(convolution_backward_weights)->Apply(layers);

} // namespace
} // namespace fedmrn::bench
