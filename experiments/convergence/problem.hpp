// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>
#include <vector>

#include "fedmrn/dataset.hpp"
#include "fedmrn/model.hpp"

namespace fedmrn::convergence {

/// F(w) = mean cross-entropy of softmax(W x) over a split + λ/2 · ‖w‖², in float64: strongly convex
/// with µ = λ.
class LogisticRegression {
public:
    LogisticRegression(const Dataset& dataset, double l2);

    /// w: [classes][features].
    [[nodiscard]] double value(std::span<const double> w) const;
    /// F*, by Newton's method, to where its decrement is below 1e-20.
    [[nodiscard]] double minimum() const;

private:
    /// Gradient and Hessian of F at w; returns F.
    double derivatives(std::span<const double> w, std::vector<double>& gradient,
                       std::vector<double>& hessian) const;
    [[nodiscard]] std::vector<double> probabilities(std::span<const double> w, std::size_t sample,
                                                    double& loss) const;

    std::size_t features_, classes_;
    double l2_;
    std::vector<double> x_; ///< [samples][features]
    std::vector<std::uint16_t> labels_;
};

/// ‖∇F(w)‖² of a model's mean cross-entropy over a data set's training split + λ/2 · ‖w‖², by the
/// engine's own forward and backward pass in float32, all samples in one batch. weights: [state].
double squared_gradient(const Dataset& dataset, const Model& model, std::span<const float> weights,
                        double l2);

} // namespace fedmrn::convergence
