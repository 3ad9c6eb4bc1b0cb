// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#include <string>

#include "golden_bits.hpp"
#include "golden_inputs.hpp"
#include "kernels/affine.hpp"

namespace fedmrn::test {
namespace {

using formula::Affine;
using formula::AffineRule;
using formula::Calibration;

constexpr std::size_t lanes = 3;

/// As one group, and where it can be halved as two: scales, values and what lies outside.
void add_fake(Fnv& fnv, Device& device, const AffineRule& rule, std::size_t n) {
    for (const std::size_t groups : {std::size_t{1}, std::size_t{2}}) {
        if (n % groups != 0) continue;
        const std::size_t size = n / groups, stride = n + 5, words = (n + 31) / 32;
        const Buffer<LaneState> states(
            device, std::vector<LaneState>{{1, 0, 64, 0, 1, 7}, {}, {2, 0, 64, 0, 1, 64}});
        constexpr float special[] = {0.0f, -0.0f, 0x1p-149f, -0x1.8p-3f, 0x1.8p-1f, 1e-12f};
        const Buffer<AffineRule> rule_at(device, std::vector<AffineRule>{rule});
        Buffer<float> values(device,
                             with_special(input_values(lanes * stride, 91, 0x1p-26f), special));
        Buffer<Affine> scales(device, lanes * groups);
        Buffer<std::uint32_t> saturated(device, lanes * words + 1);
        Buffer<float> gradient(device, input_values(lanes * stride, 92, 0x1p-23f));
        if (n != 0) {
            kernels::affine_scales(device, rule_at.data(), lanes, states.data(), groups, size,
                                   {values.data(), stride}, {scales.data(), groups});
            kernels::fake_quantize(device, rule_at.data(), lanes, states.data(), groups, size,
                                   {scales.data(), groups}, {values.data(), stride},
                                   {saturated.data(), words});
            kernels::straight_through(device, lanes, states.data(), n, {saturated.data(), words},
                                      {gradient.data(), stride});
        }
        fnv.add(scales);
        fnv.add(values);
        fnv.add(saturated);
        fnv.add(gradient);
    }
}

void add_packed(Fnv& fnv, Device& device, const AffineRule& rule, std::size_t n) {
    const Buffer<float> values(device, input_values(n, 93, 0x1p-23f));
    const Buffer<Affine> scales(
        device, std::vector<Affine>{{0x1.1p-6f, rule.symmetric ? 0 : 1 << (rule.bits - 1)}});
    const std::size_t words = formula::code_words(n, rule.bits);
    Buffer<std::uint32_t> packed(device, words);
    Buffer<float> back(device, n);
    kernels::affine_quantize(device, rule, 1, n, values.data(), scales.data(), packed.data());
    kernels::affine_dequantize(device, rule, 1, n, packed.data(), scales.data(), back.data());
    fnv.add(packed);
    fnv.add(back);
}

} // namespace

void add_affine_cases(std::vector<GoldenCase>& cases) {
    for (const bool symmetric : {true, false}) {
        const std::string kind = symmetric ? " symmetric" : " asymmetric";
        cases.push_back(
            {"fake_quantize" + kind, [symmetric](Device& device, std::size_t n) {
                 Fnv fnv;
                 for (const Calibration calibration :
                      {Calibration::minmax, Calibration::percentile, Calibration::mse}) {
                     add_fake(fnv, device, {90.0, 4, calibration, symmetric}, n);
                 }
                 return fnv.value();
             }});
        cases.push_back({"affine_quantize" + kind, [symmetric](Device& device, std::size_t n) {
                             Fnv fnv;
                             for (const std::uint32_t bits : {3u, 4u, 8u}) {
                                 const AffineRule rule{100.0, bits, Calibration::minmax, symmetric};
                                 add_packed(fnv, device, rule, n);
                             }
                             return fnv.value();
                         }});
    }
}

} // namespace fedmrn::test
