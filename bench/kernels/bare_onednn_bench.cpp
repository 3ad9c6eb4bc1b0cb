// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#include "bench/support/bare_convolutions.hpp"

#include "bench/support/counters.hpp"
#include "bench/support/floor.hpp"

// Arguments: how 0 direct, 1 direct on channels-last images, 2 the faster of direct and Winograd;
// bits of an activation. Operations are counted as the direct algorithm needs them, so that
// percent_of_gemm may pass 100 with Winograd.
namespace fedmrn::bench {
namespace {

/// Of one image: forward once, and backward once for the data (not of the first layer) and once for
/// the weights.
double flops(bool forward, bool backward) {
    double sum = 0;
    for (std::int64_t number = 1; number <= 4; ++number) {
        const double once = convolution_flops(shape_of<Convolution>(number, 1, Real::f32));
        sum += once * ((forward ? 1 : 0) + (backward ? (number == 1 ? 1 : 2) : 0));
    }
    return sum;
}

void bare_onednn(benchmark::State& state, bool forward, bool backward) {
    const Real real = real_of(state.range(1));
    BareConvolutions convolutions(real, static_cast<Bare>(state.range(0)));
    const double seconds = measure(state, [&] {
        if (forward) {
            convolutions.forward();
        }
        if (backward) {
            convolutions.backward();
        }
    });
    count(state, {.flops = batch * flops(forward, backward), .samples = batch}, seconds, real);
}

const Register all([] {
    if (!on_cpu()) {
        return;
    }
    const auto measured = [](const std::string& name, bool forward, bool backward) {
        add("bare_onednn/" + name,
            [=](benchmark::State& state) { bare_onednn(state, forward, backward); })
            ->ArgNames({"how", "bits"})
            ->ArgsProduct({{0, 1, 2}, {32, 16}})
            ->Unit(benchmark::kMillisecond);
    };
    measured("forward_backward", true, true);
    measured("forward", true, false);
    measured("backward", false, true);
});

} // namespace
} // namespace fedmrn::bench
