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
    Buffer<LaneState> lane = one_lane();
    std::size_t channels = shape.channels;
    Buffer<std::byte> x, y, dx, dy;
    Buffer<std::uint8_t> chosen;
    Buffer<float> gamma, beta, running_mean, running_variance, mean, inverse, dgamma, dbeta;

    explicit Arrays(const benchmark::State& state)
        : shape(batchnorm_shape(layer(LayerKind::batchnorm, state.range(0)), 1, batch,
                                real_of(state.range(1)))),
          x(random_activations(shape.real, inputs())), y(random_activations(shape.real, outputs())),
          dx(random_activations(shape.real, inputs())),
          dy(random_activations(shape.real, outputs())), chosen(device(), outputs()), gamma(ones()),
          beta(device(), channels), running_mean(device(), channels), running_variance(ones()),
          mean(device(), channels), inverse(device(), channels), dgamma(device(), channels),
          dbeta(device(), channels) {}

    [[nodiscard]] std::size_t inputs() const {
        return batch * shape.height * shape.width * channels;
    }
    [[nodiscard]] std::size_t outputs() const {
        return batch * shape.out_height() * shape.out_width() * channels;
    }
    [[nodiscard]] Buffer<float> ones() const {
        return {device(), std::vector<float>(channels, 1.0f)};
    }

    void forward() {
        kernels::batchnorm_forward(device(), shape, lane.data(), x.data(),
                                   {{gamma.data(), 0}, {beta.data(), 0}}, {running_mean.data(), 0},
                                   {running_variance.data(), 0}, {mean.data(), 0},
                                   {inverse.data(), 0}, y.data(), chosen.data());
    }

    /// in, out, choice: how often an element of x or dx, of y or dy, of chosen is moved.
    void count(benchmark::State& state, double seconds, double in, double out,
               double choice) const {
        const double held = (in > 2 ? 2 : 1) * static_cast<double>(x.size() + y.size()) +
                            static_cast<double>(outputs());
        bench::count(state,
                     {.bytes = in * static_cast<double>(x.size()) +
                               out * static_cast<double>(y.size()) +
                               choice * static_cast<double>(outputs()),
                      .footprint = held,
                      .elements = static_cast<double>(inputs()),
                      .samples = batch},
                     seconds);
    }
};

void layers(benchmark::internal::Benchmark* bench) {
    bench->ArgNames({"layer", "bits"})
        ->ArgsProduct({{1, 2, 3, 4}, {32, 16}})
        ->Unit(benchmark::kMicrosecond);
}

void batchnorm_forward(benchmark::State& state) {
    Arrays a(state);
    const double seconds = measure(state, [&] { a.forward(); });
    a.count(state, seconds, 2, 1, 1);
}
BENCHMARK(batchnorm_forward)->Apply(layers);

void batchnorm_inference(benchmark::State& state) {
    Arrays a(state);
    const double seconds = measure(state, [&] {
        kernels::batchnorm_inference(
            device(), a.shape, a.lane.data(), a.x.data(), {{a.gamma.data(), 0}, {a.beta.data(), 0}},
            {a.running_mean.data(), 0}, {a.running_variance.data(), 0}, a.y.data());
    });
    a.count(state, seconds, 1, 1, 0);
}
BENCHMARK(batchnorm_inference)->Apply(layers);

void batchnorm_backward(benchmark::State& state) {
    Arrays a(state);
    a.forward();
    const double seconds = measure(state, [&] {
        kernels::batchnorm_backward(
            device(), a.shape, a.lane.data(), a.x.data(), a.y.data(), a.chosen.data(), a.dy.data(),
            {{a.gamma.data(), 0}, {a.beta.data(), 0}}, {a.mean.data(), 0}, {a.inverse.data(), 0},
            a.dx.data(), {a.dgamma.data(), 0}, {a.dbeta.data(), 0});
    });
    a.count(state, seconds, 3, 4, 2);
}
BENCHMARK(batchnorm_backward)->Apply(layers);

} // namespace
} // namespace fedmrn::bench
