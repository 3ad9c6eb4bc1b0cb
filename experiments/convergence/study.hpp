// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "fedmrn/config.hpp"
#include "fit.hpp"
#include "variant.hpp"

namespace fedmrn::convergence {

// 20 clients of 50 of the synthetic samples, 5 a round, one epoch in batches of 10, so 5 local
// steps a round. The theory's noise for FedMRN is Bernoulli and larger than any update, so that no
// mask clips and all are unbiased but for a factor; it falls with the step size, since a mask's
// error has the noise's size.

/// T = first, 2 · first, … last; seeds 1, 2, …
struct Range {
    std::uint32_t first, last, seeds;
};

/// Strongly convex: logistic regression with l2 = µ = 0.1 and the step size of the theory (Li et
/// al., ICLR 2020), η_t = 2 / (µ (γ + t)) over local steps t; FedMRN's is twice that, since a
/// binary mask cannot send the half of the update whose sign is not the noise's. One that does not
/// fall stays at that of the first round.
Config strongly_convex_setting(const std::string& method, const Variant& variant);

/// F(w_T) − F* as a run passes T rounds.
Series strongly_convex(const std::string& method, const Variant& variant, Range range);

/// Not convex: the perceptron with one hidden layer, for T rounds at the constant step size 8 / √T,
/// noise 4 / √T. One that does not fall with the horizon T is that of T = 64.
Config non_convex_setting(const std::string& method, const Variant& variant, double horizon);

/// For each T a run of its own: the mean of ‖∇F(w_t)‖² over its rounds, which the theory bounds by
/// O(1/√T).
Series non_convex(const std::string& method, const Variant& variant, Range range);

} // namespace fedmrn::convergence
