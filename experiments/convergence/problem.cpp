// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#include "problem.hpp"

#include <algorithm>
#include <cmath>

#include "engine/model/network.hpp"
#include "engine/server/resident_split.hpp"

namespace fedmrn::convergence {
namespace {

/// Solves A x = b for a symmetric positive definite A, in place of b, by Cholesky's decomposition.
void solve(std::vector<double>& a, std::vector<double>& b) {
    const std::size_t n = b.size();
    for (std::size_t j = 0; j < n; ++j) {
        for (std::size_t k = 0; k < j; ++k) a[j * n + j] -= a[j * n + k] * a[j * n + k];
        a[j * n + j] = std::sqrt(a[j * n + j]);
        for (std::size_t i = j + 1; i < n; ++i) {
            for (std::size_t k = 0; k < j; ++k) a[i * n + j] -= a[i * n + k] * a[j * n + k];
            a[i * n + j] /= a[j * n + j];
        }
    }
    for (std::size_t i = 0; i < n; ++i) {
        for (std::size_t k = 0; k < i; ++k) b[i] -= a[i * n + k] * b[k];
        b[i] /= a[i * n + i];
    }
    for (std::size_t i = n; i-- > 0;) {
        for (std::size_t k = i + 1; k < n; ++k) b[i] -= a[k * n + i] * b[k];
        b[i] /= a[i * n + i];
    }
}

double dot(std::span<const double> a, std::span<const double> b) {
    double sum = 0;
    for (std::size_t i = 0; i < a.size(); ++i) sum += a[i] * b[i];
    return sum;
}

} // namespace

LogisticRegression::LogisticRegression(const Dataset& dataset, double l2)
    : features_(dataset.train.column("x").tensor.elements()), classes_(dataset.classes()), l2_(l2) {
    const Column& x = dataset.train.column("x");
    const auto pixels = x.as<std::uint8_t>();
    const auto labels = dataset.train.column(dataset.label).as<std::uint16_t>();
    labels_.assign(labels.begin(), labels.end());
    for (std::size_t i = 0; i < pixels.size(); ++i) {
        const std::size_t c = i % x.mean.size();
        x_.push_back((pixels[i] / 255.0 - double{x.mean[c]}) / double{x.deviation[c]});
    }
}

std::vector<double> LogisticRegression::probabilities(std::span<const double> w, std::size_t sample,
                                                      double& loss) const {
    const std::span<const double> x(x_.data() + sample * features_, features_);
    std::vector<double> p;
    for (std::size_t c = 0; c < classes_; ++c) {
        p.push_back(dot(w.subspan(c * features_, features_), x));
    }
    const double largest = *std::max_element(p.begin(), p.end()), own = p[labels_[sample]];
    double sum = 0;
    for (double& logit : p) sum += logit = std::exp(logit - largest);
    for (double& each : p) each /= sum;
    loss += std::log(sum) + largest - own;
    return p;
}

double LogisticRegression::value(std::span<const double> w) const {
    double loss = 0;
    for (std::size_t i = 0; i < labels_.size(); ++i) (void)probabilities(w, i, loss);
    return loss / static_cast<double>(labels_.size()) + l2_ / 2 * dot(w, w);
}

double LogisticRegression::derivatives(std::span<const double> w, std::vector<double>& gradient,
                                       std::vector<double>& hessian) const {
    const std::size_t n = w.size();
    const double weight = 1.0 / static_cast<double>(labels_.size());
    gradient.assign(n, 0.0);
    hessian.assign(n * n, 0.0);
    double loss = 0;
    for (std::size_t i = 0; i < labels_.size(); ++i) {
        const std::vector<double> p = probabilities(w, i, loss);
        const double* x = x_.data() + i * features_;
        for (std::size_t r = 0; r < n; ++r) {
            const std::size_t a = r / features_;
            const double by_row = weight * x[r % features_];
            gradient[r] += by_row * (p[a] - (a == labels_[i] ? 1.0 : 0.0));
            for (std::size_t s = 0; s <= r; ++s) {
                const std::size_t b = s / features_;
                hessian[r * n + s] +=
                    by_row * x[s % features_] * p[a] * ((a == b ? 1.0 : 0.0) - p[b]);
            }
        }
    }
    for (std::size_t r = 0; r < n; ++r) {
        gradient[r] += l2_ * w[r];
        hessian[r * n + r] += l2_;
    }
    return loss * weight + l2_ / 2 * dot(w, w);
}

double LogisticRegression::minimum() const {
    std::vector<double> w(classes_ * features_, 0.0), gradient, hessian;
    for (int step = 0; step < 100; ++step) {
        const double value = derivatives(w, gradient, hessian);
        std::vector<double> move = gradient;
        solve(hessian, move);
        const double decrement = dot(gradient, move);
        if (decrement < 1e-20) return value;
        const double damped = 1.0 / (1.0 + std::sqrt(decrement));
        const double length = decrement < 0.01 ? 1.0 : damped;
        for (std::size_t i = 0; i < w.size(); ++i) w[i] -= length * move[i];
    }
    return value(w);
}

double squared_gradient(const Dataset& dataset, const Model& model, std::span<const float> weights,
                        double l2) {
    const auto device = open_device(DeviceKind::cpu);
    const auto samples = static_cast<std::uint32_t>(dataset.train.samples());
    const ResidentSplit split(*device, dataset.train, model, {});
    Network network(*device, model, 1, samples, Real::f32, true);
    const Buffer<LaneState> state(*device, std::vector<LaneState>{{0, 0, samples, 0, 1, samples}});
    Buffer<float> local(*device, weights), gradient(*device, model.layout.trainable);
    Buffer<LaneMetrics> metrics(*device, 1);
    fill_batch(*device, split.view(), 1, state.data(), network);
    network.train(state.data(), {local.data(), 0}, {gradient.data(), 0}, metrics.data());
    double sum = 0;
    const std::vector<float> of_loss = gradient.read();
    for (std::size_t i = 0; i < of_loss.size(); ++i) {
        const double g = double{of_loss[i]} + l2 * double{weights[i]};
        sum += g * g;
    }
    return sum;
}

} // namespace fedmrn::convergence
