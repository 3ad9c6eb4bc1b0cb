// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#include "fit.hpp"

#include <cmath>
#include <numeric>
#include <stdexcept>

namespace fedmrn::convergence {
namespace {

double average(std::span<const double> values) {
    return std::accumulate(values.begin(), values.end(), 0.0) / static_cast<double>(values.size());
}

double least_squares(std::span<const double> x, std::span<const double> y) {
    const double x_mean = average(x), y_mean = average(y);
    double covariance = 0, variance = 0;
    for (std::size_t i = 0; i < x.size(); ++i) {
        covariance += (x[i] - x_mean) * (y[i] - y_mean);
        variance += (x[i] - x_mean) * (x[i] - x_mean);
    }
    return covariance / variance;
}

std::vector<double> logarithms(std::span<const double> values) {
    std::vector<double> logs(values.begin(), values.end());
    for (double& value : logs) value = std::log(value);
    return logs;
}

Estimate estimate(std::span<const double> of_seeds) {
    if (of_seeds.size() < 2) throw std::invalid_argument("an interval needs two seeds");
    return estimate_of(of_seeds);
}

} // namespace

std::vector<double> Series::mean() const {
    std::vector<double> sums(at.size(), 0.0);
    for (const auto& of_seed : values) {
        for (std::size_t i = 0; i < at.size(); ++i) sums[i] += of_seed[i];
    }
    for (double& sum : sums) sum /= static_cast<double>(values.size());
    return sums;
}

Estimate slope(const Series& series) {
    if (series.at.size() < 2) throw std::invalid_argument("a slope needs two points");
    const std::vector<double> x = logarithms(series.at);
    std::vector<double> slopes;
    for (const auto& of_seed : series.values) {
        slopes.push_back(least_squares(x, logarithms(of_seed)));
    }
    return estimate(slopes);
}

Estimate level(const Series& series) {
    std::vector<double> levels;
    for (const auto& of_seed : series.values) levels.push_back(average(of_seed));
    return estimate(levels);
}

} // namespace fedmrn::convergence
