// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#include "kernels/linear.hpp"

#include "bench/support/counters.hpp"
#include "kernels/activation.hpp"

// CNN4's last layer, 256 → 10; ReLU on MLP's 200 hidden units.
namespace fedmrn::bench {
namespace {

struct Arrays {
    kernels::LinearShape shape;
    Buffer<LaneState> lane = one_lane();
    Buffer<std::byte> x;
    Buffer<float> w, y;

    explicit Arrays(const benchmark::State& state)
        : shape(shape_of<LinearLayer>(1, 1, real_of(state.range(0)))),
          x(random_activations(shape.real, batch * shape.in)),
          w(random_array(shape.in * shape.out)), y(random_array(batch * shape.out)) {}

    void count(benchmark::State& state, double seconds) const {
        bench::count(state,
                     {.bytes = static_cast<double>(x.size() + 4 * (w.size() + y.size())),
                      .flops = 2.0 * batch * static_cast<double>(shape.in * shape.out),
                      .samples = batch},
                     seconds);
    }
};

void linear_forward(benchmark::State& state) {
    Arrays a(state);
    const double seconds = measure(state, [&] {
        kernels::linear_forward(device(), a.shape, a.lane.data(), a.x.data(), {a.w.data(), 0}, {},
                                a.y.data());
    });
    a.count(state, seconds);
}

void linear_backward_data(benchmark::State& state) {
    Arrays a(state);
    const double seconds = measure(state, [&] {
        kernels::linear_backward_data(device(), a.shape, a.lane.data(), a.y.data(), {a.w.data(), 0},
                                      a.x.data());
    });
    a.count(state, seconds);
}

void linear_backward_weights(benchmark::State& state) {
    Arrays a(state);
    const double seconds = measure(state, [&] {
        kernels::linear_backward_weights(device(), a.shape, a.lane.data(), a.x.data(), a.y.data(),
                                         {a.w.data(), 0}, {});
    });
    a.count(state, seconds);
}

void relu(benchmark::State& state) {
    constexpr std::size_t hidden = 200;
    const Buffer<LaneState> lane = one_lane();
    const Buffer<float> x = random_array(batch * hidden), dy = random_array(batch * hidden);
    Buffer<float> y(device(), batch * hidden), dx(device(), batch * hidden);
    const bool forward = state.range(0) != 0;
    const double seconds = measure(state, [&] {
        if (forward) {
            kernels::relu_forward(device(), 1, batch, hidden, lane.data(), x.data(), y.data());
        } else {
            kernels::relu_backward(device(), 1, batch, hidden, lane.data(), x.data(), dy.data(),
                                   dx.data());
        }
    });
    constexpr double n = batch * hidden;
    count(state, {.bytes = (forward ? 8 : 12) * n, .elements = n}, seconds);
}

const Register all([] {
    const auto bits = [](benchmark::internal::Benchmark* bench) {
        bench->ArgName("bits")->Arg(32)->Arg(16);
    };
    add("linear_forward", linear_forward)->Apply(bits);
    add("linear_backward_data", linear_backward_data)->Apply(bits);
    add("linear_backward_weights", linear_backward_weights)->Apply(bits);
    add("relu", relu)->ArgName("forward")->Arg(1)->Arg(0);
});

} // namespace
} // namespace fedmrn::bench
