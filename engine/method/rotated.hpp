// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/method/method.hpp"
#include "kernels/formula/centroids.hpp"

namespace fedmrn {

/// What the masked elements' rotated slices become.
struct RotatedRule {
    std::uint8_t method = 0; ///< the method's number
    unsigned bits = 1;       ///< 1 … 4 an element
    formula::Estimate estimate = formula::Estimate::unbiased;
};

/// What DRIVE and EDEN share. The masked elements, tensor after tensor, are cut into slices of the
/// powers of two that make up their number, the largest first; no padding. A client turns each by
/// the random rotation H S / √n of its seed, after which its values are nearly normal whatever they
/// were, and sends the nearest centroids of the normal distribution as codes, and a scale. The
/// server turns them back.
struct RotatedMethod : Method {
    RotatedMethod(const RotatedRule& rule, const ParameterLayout& layout);
};

} // namespace fedmrn
