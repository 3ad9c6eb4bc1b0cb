// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#include "kernels/affine.hpp"

#include <string>

#include "bench/support/counters.hpp"

// CNN4's 389,920 masked weights as channels of 1,600. Arguments: lanes and calibration, or bits.
namespace fedmrn::bench {
namespace {

using formula::Affine;
using formula::AffineRule;
using formula::Calibration;

constexpr std::size_t size = 1600;
std::size_t groups() { return cnn4().layout.masked / size; }
std::size_t elements() { return groups() * size; }

struct Lanes {
    explicit Lanes(std::size_t n, Calibration calibration = Calibration::minmax)
        : lanes(n), states(device(), std::vector<LaneState>(n, LaneState{.samples = 1})),
          rule(device(), std::vector<AffineRule>{{99.9, 8, calibration, true}}),
          weights(random_array(n * elements(), 0.05f)), scales(device(), n * groups()) {}
    void make_scales() {
        kernels::affine_scales(device(), rule.data(), lanes, states.data(), groups(), size,
                               {weights.data(), elements()}, {scales.data(), groups()});
    }
    void quantize() {
        kernels::fake_quantize(device(), rule.data(), lanes, states.data(), groups(), size,
                               {scales.data(), groups()}, {weights.data(), elements()}, {});
    }
    std::size_t lanes;
    Buffer<LaneState> states;
    Buffer<AffineRule> rule;
    Buffer<float> weights;
    Buffer<Affine> scales;
};

void affine_scales(benchmark::State& state) {
    constexpr const char* names[] = {"minmax", "percentile", "mse"};
    state.SetLabel(names[state.range(1)]);
    Lanes on(static_cast<std::size_t>(state.range(0)), static_cast<Calibration>(state.range(1)));
    const double seconds = measure_calls(state, [&] { on.make_scales(); });
    const auto all = static_cast<double>(on.lanes * elements());
    count(state, {.bytes = 4 * all, .elements = all}, seconds);
}

void fake_quantize(benchmark::State& state) {
    Lanes on(static_cast<std::size_t>(state.range(0)));
    on.make_scales();
    const double seconds = measure_calls(state, [&] { on.quantize(); });
    const auto all = static_cast<double>(on.lanes * elements());
    count(state, {.bytes = 8 * all, .elements = all}, seconds);
}

/// The model once, to codes and back.
template <bool back> void packed(benchmark::State& state) {
    Lanes on(1);
    on.make_scales();
    const AffineRule rule{100.0, static_cast<std::uint32_t>(state.range(0)), Calibration::minmax,
                          true};
    Buffer<std::uint32_t> words(device(), formula::code_words(elements(), rule.bits));
    const double seconds = measure_calls(state, [&] {
        if constexpr (back) {
            kernels::affine_dequantize(device(), rule, groups(), size, words.data(),
                                       on.scales.data(), on.weights.data());
        } else {
            kernels::affine_quantize(device(), rule, groups(), size, on.weights.data(),
                                     on.scales.data(), words.data());
        }
    });
    const auto all = static_cast<double>(elements());
    count(state, {.bytes = (4 + rule.bits / 8.0) * all, .elements = all}, seconds);
}

const Register all([] {
    const std::vector<std::int64_t> lanes{1, 32}, calibrations{0, 1, 2};
    add("affine_scales", affine_scales)
        ->ArgNames({"lanes", "calibration"})
        ->ArgsProduct({lanes, calibrations});
    add("fake_quantize", fake_quantize)->ArgName("lanes")->Arg(1)->Arg(32);
    add("affine_quantize", packed<false>)->ArgName("bits")->Arg(4)->Arg(8);
    add("affine_dequantize", packed<true>)->ArgName("bits")->Arg(4)->Arg(8);
});

} // namespace
} // namespace fedmrn::bench
