// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#include "kernels/integer.hpp"

#include "bench/support/counters.hpp"
#include "bench/support/floor.hpp"

// CNN4's four convolutions of bytes and int8, padding and reorders of weights included.
namespace fedmrn::bench {
namespace {

void integer_convolution(benchmark::State& state) {
    const auto of = shape_of<Convolution>(state.range(0), 1, Real::f32);
    const kernels::IntegerShape shape{.samples = batch,
                                      .height = of.height,
                                      .width = of.width,
                                      .in = of.in,
                                      .out = of.out,
                                      .kernel = of.kernel,
                                      .padding = of.padding,
                                      .zero = 100};
    const Buffer<std::uint8_t> x(device(), batch * of.height * of.width * of.in);
    const Buffer<std::int8_t> w(device(), of.weights());
    Buffer<std::int32_t> y(device(), batch * of.out_height() * of.out_width() * of.out);
    const double seconds = measure(state, [&] {
        kernels::integer_convolution(device(), shape, x.data(), w.data(), y.data());
    });
    count(state,
          {.bytes = static_cast<double>(x.size() + w.size() + y.size() * sizeof(std::int32_t)),
           .flops = static_cast<double>(batch) * convolution_flops(of),
           .samples = static_cast<double>(batch)},
          seconds);
}

const Register all([] {
    add("integer_convolution", integer_convolution)->ArgName("layer")->DenseRange(1, 4);
});

} // namespace
} // namespace fedmrn::bench
