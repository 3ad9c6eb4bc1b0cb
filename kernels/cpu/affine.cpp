// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#include "kernels/affine.hpp"

#include <algorithm>
#include <vector>

namespace fedmrn::kernels::cpu {
namespace {

using formula::Affine;
using formula::AffineRule;
using formula::Calibration;
using formula::Reach;

Reach reach_of(const float* x, std::size_t size) {
    Reach reach{};
    for (std::size_t i = 0; i < size; ++i) {
        reach = formula::joined(reach, formula::reach_of(x[i]));
    }
    return reach;
}

Reach up_to_percentile(double percentile, const float* x, std::size_t size, Reach all) {
    static thread_local std::vector<std::uint32_t> magnitudes;
    magnitudes.resize(size);
    std::transform(x, x + size, magnitudes.begin(), formula::magnitude_bits);
    const auto rank = static_cast<std::ptrdiff_t>(formula::rank_of(percentile, size)) - 1;
    std::nth_element(magnitudes.begin(), magnitudes.begin() + rank, magnitudes.end());
    return formula::clipped(all, magnitudes[static_cast<std::size_t>(rank)]);
}

Reach of_least_error(const AffineRule& rule, const float* x, std::size_t size, Reach all) {
    const float largest = formula::magnitude(formula::larger(all.below, all.above));
    Reach best = all;
    std::uint64_t least = ~std::uint64_t{0};
    for (std::uint32_t c = 0; c < formula::clip_candidates; ++c) {
        const Reach reach = formula::clip_candidate(all, c);
        const Affine affine = formula::affine_of(rule, reach);
        std::uint64_t error = 0;
        for (std::size_t i = 0; i < size; ++i) {
            error += formula::error_units(x[i], formula::quantized(rule, x[i], affine), largest);
        }
        if (error < least) {
            least = error;
            best = reach;
        }
    }
    return best;
}

void affine_scales(Device&, const AffineRule* rule_at, std::size_t lanes, const LaneState* states,
                   std::size_t groups, std::size_t size, PerLane<const float> values,
                   PerLane<Affine> scales) {
    const AffineRule rule = *rule_at;
    for (std::size_t lane = 0; lane < lanes; ++lane) {
        for (std::size_t g = 0; states[lane].samples != 0 && g < groups; ++g) {
            const float* x = values[lane].get() + g * size;
            Reach reach = reach_of(x, size);
            if (rule.calibration == Calibration::percentile && formula::can_be_clipped(reach)) {
                reach = up_to_percentile(rule.percentile, x, size, reach);
            }
            if (rule.calibration == Calibration::mse && formula::can_be_clipped(reach)) {
                reach = of_least_error(rule, x, size, reach);
            }
            scales[lane].get()[g] = formula::affine_of(rule, reach);
        }
    }
}

void mark(const AffineRule& rule, const Affine* scales, std::size_t groups, std::size_t size,
          const float* x, std::uint32_t* saturated) {
    std::fill_n(saturated, (groups * size + 31) / 32, 0u);
    for (std::size_t g = 0; g < groups; ++g) {
        for (std::size_t i = g * size; i < (g + 1) * size; ++i) {
            if (formula::saturates(rule, x[i], scales[g])) {
                saturated[i / 32] |= 1u << i % 32;
            }
        }
    }
}

void fake_quantize(Device&, const AffineRule* rule_at, std::size_t lanes, const LaneState* states,
                   std::size_t groups, std::size_t size, PerLane<const Affine> scales,
                   PerLane<float> values, PerLane<std::uint32_t> saturated) {
    const AffineRule rule = *rule_at;
    for (std::size_t lane = 0; lane < lanes; ++lane) {
        if (states[lane].samples == 0) {
            continue;
        }
        const Affine* own = scales[lane].get();
        float* x = values[lane].get();
        if (saturated.data) {
            mark(rule, own, groups, size, x, saturated[lane].get());
        }
        for (std::size_t g = 0; g < groups; ++g) {
            const Affine affine = own[g];
            for (std::size_t i = g * size; i < (g + 1) * size; ++i) {
                x[i] = formula::quantized(rule, x[i], affine);
            }
        }
    }
}

void straight_through(Device&, std::size_t lanes, const LaneState* states, std::size_t elements,
                      PerLane<const std::uint32_t> saturated, PerLane<float> gradient) {
    for (std::size_t lane = 0; lane < lanes; ++lane) {
        const std::uint32_t* words = saturated[lane].get();
        float* g = gradient[lane].get();
        for (std::size_t i = 0; states[lane].samples != 0 && i < elements; ++i) {
            g[i] = (words[i / 32] >> i % 32 & 1u) != 0 ? 0.0f : g[i];
        }
    }
}

void affine_quantize(Device&, const AffineRule& rule, std::size_t groups, std::size_t size,
                     const float* values, const Affine* scales, std::uint32_t* words) {
    const std::size_t elements = groups * size;
    for (std::size_t w = 0; w < formula::code_words(elements, rule.bits); ++w) {
        words[w] = formula::packed_codes(w, elements, rule.bits, [&](std::uint64_t i) {
            return formula::code_bits_of(rule, values[i], scales[i / size]);
        });
    }
}

void affine_dequantize(Device&, const AffineRule& rule, std::size_t groups, std::size_t size,
                       const std::uint32_t* words, const Affine* scales, float* values) {
    for (std::size_t g = 0; g < groups; ++g) {
        for (std::size_t i = g * size; i < (g + 1) * size; ++i) {
            const std::uint32_t bits = formula::packed_code(words, i, rule.bits);
            values[i] = formula::affine_value(formula::code_of_bits(rule, bits), scales[g]);
        }
    }
}

} // namespace

void affine_contracts(Backend& backend) {
    backend.set(kernels::affine_scales, affine_scales);
    backend.set(kernels::fake_quantize, fake_quantize);
    backend.set(kernels::straight_through, straight_through);
    backend.set(kernels::affine_quantize, affine_quantize);
    backend.set(kernels::affine_dequantize, affine_dequantize);
}

} // namespace fedmrn::kernels::cpu
