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
    Buffer<LaneState> lane = busy_lanes(shape.lanes);
    Buffer<std::byte> x, y;
    Buffer<float> w;

    explicit Arrays(const benchmark::State& state)
        : shape(shape_of<Convolution>(state.range(0), static_cast<std::size_t>(state.range(2)),
                                      real_of(state.range(1)))),
          x(random_activations(shape.real, batch * shape.height * shape.width * shape.in,
                               shape.lanes)),
          y(random_activations(
              shape.real, batch * shape.out_height() * shape.out_width() * shape.out, shape.lanes)),
          w(random_array(shape.lanes * shape.weights(), 0.05f)) {}

    [[nodiscard]] PerLane<float> weights() { return {w.data(), shape.weights()}; }

    [[nodiscard]] double samples() const { return static_cast<double>(shape.lanes * batch); }

    void count(benchmark::State& state, double seconds) const {
        bench::count(state,
                     {.bytes = static_cast<double>(x.size() + y.size() + w.size() * sizeof(float)),
                      .flops = samples() * convolution_flops(shape),
                      .samples = samples()},
                     seconds, shape.real);
    }
};

void convolution_forward(benchmark::State& state) {
    Arrays a(state);
    const double seconds = measure(state, [&] {
        kernels::convolution_forward(device(), a.shape, a.lane.data(), a.x.data(), a.weights(),
                                     a.y.data());
    });
    a.count(state, seconds);
}

void convolution_backward_data(benchmark::State& state) {
    Arrays a(state);
    const double seconds = measure(state, [&] {
        kernels::convolution_backward_data(device(), a.shape, a.lane.data(), a.y.data(),
                                           a.weights(), a.x.data());
    });
    a.count(state, seconds);
}

void convolution_backward_weights(benchmark::State& state) {
    Arrays a(state);
    const double seconds = measure(state, [&] {
        kernels::convolution_backward_weights(device(), a.shape, a.lane.data(), a.x.data(),
                                              a.y.data(), a.weights());
    });
    a.count(state, seconds);
}

const Register all([] {
    const auto layers = [](benchmark::internal::Benchmark* bench) {
        bench->ArgNames({"layer", "bits", "lanes"})
            ->ArgsProduct({{1, 2, 3, 4}, {32, 16}, lane_counts()});
    };
    add("convolution_forward", convolution_forward)->Apply(layers);
    add("convolution_backward_data", convolution_backward_data)->Apply(layers);
    add("convolution_backward_weights", convolution_backward_weights)->Apply(layers);
});

} // namespace
} // namespace fedmrn::bench
