// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#include "kernels/batchnorm.hpp"

#include "bench/support/counters.hpp"

// CNN4's four BatchNorm + ReLU + max-pool 2 layers. Bytes: forward reads x once for the statistics
// and once to normalise; backward reads y, dy and chosen twice and x twice; inference reads x once.
namespace fedmrn::bench {
namespace {

struct Arrays {
    kernels::BatchnormShape shape;
    Buffer<LaneState> lane = busy_lanes(shape.lanes);
    std::size_t channels = shape.channels;
    Buffer<std::byte> x, y, dx, dy;
    Buffer<std::uint8_t> chosen;
    Buffer<float> gamma, beta, running_mean, running_variance, mean, inverse, dgamma, dbeta;

    explicit Arrays(const benchmark::State& state)
        : shape(shape_of<BatchNormLayer>(state.range(0), static_cast<std::size_t>(state.range(2)),
                                         real_of(state.range(1)))),
          x(random_activations(shape.real, inputs(), shape.lanes)),
          y(random_activations(shape.real, outputs(), shape.lanes)),
          dx(random_activations(shape.real, inputs(), shape.lanes)),
          dy(random_activations(shape.real, outputs(), shape.lanes)),
          chosen(device(), shape.lanes * outputs()), gamma(ones()), beta(ones()),
          running_mean(ones()), running_variance(ones()), mean(ones()), inverse(ones()),
          dgamma(ones()), dbeta(ones()) {}

    /// Of one lane.
    [[nodiscard]] std::size_t inputs() const {
        return batch * shape.height * shape.width * channels;
    }
    [[nodiscard]] std::size_t outputs() const {
        return batch * shape.out_height() * shape.out_width() * channels;
    }
    [[nodiscard]] Buffer<float> ones() const {
        return {device(), std::vector<float>(shape.lanes * channels, 1.0f)};
    }
    [[nodiscard]] PerLane<float> of(Buffer<float>& buffer) const {
        return {buffer.data(), channels};
    }
    [[nodiscard]] kernels::BatchnormParameters parameters() { return {of(gamma), of(beta)}; }

    void forward() {
        kernels::batchnorm_forward(device(), shape, lane.data(), x.data(), parameters(),
                                   of(running_mean), of(running_variance), of(mean), of(inverse),
                                   y.data(), chosen.data());
    }

    /// in, out, choice: how often an element of x or dx, of y or dy, of chosen is moved.
    void count(benchmark::State& state, double seconds, double in, double out,
               double choice) const {
        const auto choices = static_cast<double>(chosen.size());
        const double held = (in > 2 ? 2 : 1) * static_cast<double>(x.size() + y.size()) + choices;
        bench::count(state,
                     {.bytes = in * static_cast<double>(x.size()) +
                               out * static_cast<double>(y.size()) + choice * choices,
                      .footprint = held,
                      .elements = static_cast<double>(shape.lanes * inputs()),
                      .samples = static_cast<double>(shape.lanes * batch)},
                     seconds);
    }
};

void batchnorm_forward(benchmark::State& state) {
    Arrays a(state);
    const double seconds = measure(state, [&] { a.forward(); });
    a.count(state, seconds, 2, 1, 1);
}

void batchnorm_inference(benchmark::State& state) {
    Arrays a(state);
    const double seconds = measure(state, [&] {
        kernels::batchnorm_inference(device(), a.shape, a.lane.data(), a.x.data(), a.parameters(),
                                     a.of(a.running_mean), a.of(a.running_variance), a.y.data());
    });
    a.count(state, seconds, 1, 1, 0);
}

void batchnorm_backward(benchmark::State& state) {
    Arrays a(state);
    a.forward();
    const double seconds = measure(state, [&] {
        kernels::batchnorm_backward(device(), a.shape, a.lane.data(), a.x.data(), a.y.data(),
                                    a.chosen.data(), a.dy.data(), a.parameters(), a.of(a.mean),
                                    a.of(a.inverse), a.dx.data(), a.of(a.dgamma), a.of(a.dbeta));
    });
    a.count(state, seconds, 3, 4, 2);
}

const Register all([] {
    const auto layers = [](benchmark::internal::Benchmark* bench) {
        bench->ArgNames({"layer", "bits", "lanes"})
            ->ArgsProduct({{1, 2, 3, 4}, {32, 16}, lane_counts()});
    };
    add("batchnorm_forward", batchnorm_forward)->Apply(layers);
    add("batchnorm_inference", batchnorm_inference)->Apply(layers);
    add("batchnorm_backward", batchnorm_backward)->Apply(layers);
});

} // namespace
} // namespace fedmrn::bench
