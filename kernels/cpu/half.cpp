// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#include "kernels/half.hpp"

namespace fedmrn::kernels::cpu {
namespace {

using formula::HalfFormat;

void to_halves(Device&, HalfFormat format, std::size_t elements, const float* values,
               std::uint16_t* halves) {
    for (std::size_t i = 0; i < elements; ++i) {
        halves[i] = formula::to_half(format, values[i]);
    }
}

void of_halves(Device&, HalfFormat format, std::size_t elements, const std::uint16_t* halves,
               float* values) {
    for (std::size_t i = 0; i < elements; ++i) {
        values[i] = formula::of_half(format, halves[i]);
    }
}

} // namespace

void half_contracts(Backend& backend) {
    backend.set(kernels::to_halves, to_halves);
    backend.set(kernels::of_halves, of_halves);
}

} // namespace fedmrn::kernels::cpu
