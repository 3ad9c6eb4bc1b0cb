// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "fedmrn/error.hpp"
#include "fedmrn/layer.hpp"
#include "kernels/device.hpp"

namespace fedmrn {

/// A decided element as the kernels call it.
inline Real real_of(Element element) { return element == Element::bf16 ? Real::bf16 : Real::f32; }

inline bool is_real(Element element) {
    return element == Element::real || element == Element::f32 || element == Element::bf16;
}

/// The only input of a layer that takes reals.
inline const Tensor& one_real(std::span<const Tensor> in) {
    if (in.size() != 1) {
        throw Error("expected one value, found " + std::to_string(in.size()));
    }
    if (!is_real(in[0].element)) {
        throw Error("expected reals, found " + text_of(in[0]));
    }
    return in[0];
}

} // namespace fedmrn
