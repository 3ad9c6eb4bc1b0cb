// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "fedmrn/config.hpp"
#include "fit.hpp"

namespace fedmrn::convergence {

/// What both studies have in common: 20 clients of 50 of the synthetic samples, 5 a round, one
/// epoch in batches of 10, so 5 local steps a round. FedMRN's noise is Bernoulli and larger than
/// any update, so that no mask clips and all are unbiased but for a factor; it falls with the step
/// size, since a mask's error has the noise's size.
Config base(const std::string& method);

/// F(w_T) − F* of logistic regression with config.client.l2, for seeds 1, 2, …
Series optimality_gaps(Config config, std::uint32_t seeds, std::vector<double> at);

/// Strongly convex: logistic regression with l2 = µ = 0.1 and the step size of the theory (Li et
/// al., ICLR 2020), η_t = 2 / (µ (γ + t)) over local steps t; FedMRN's is twice that, since a
/// binary mask cannot send the half of the update whose sign is not the noise's. F(w_T) − F* at T =
/// 256, 512, … 8,192 rounds.
Series strongly_convex(const std::string& method, std::uint32_t seeds, std::uint32_t rounds = 8192);

/// Not convex: the perceptron with one hidden layer, and for each horizon T = 64, 128, … 4,096 a
/// run of T rounds at the constant step size 8 / √T, noise likewise. The mean of ‖∇F(w_t)‖² over
/// its rounds, which the theory bounds by O(1/√T).
Series non_convex(const std::string& method, std::uint32_t seeds, std::uint32_t first = 64,
                  std::uint32_t last = 4096);

} // namespace fedmrn::convergence
