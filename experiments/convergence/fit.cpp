// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#include "fit.hpp"

#include <algorithm>
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

/// Student's t, 97.5 %, of 1 … 30 degrees of freedom; above, that of 30 is the wider.
double student(std::size_t freedom) {
    constexpr double table[] = {12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306,
                                2.262,  2.228, 2.201, 2.179, 2.160, 2.145, 2.131, 2.120,
                                2.110,  2.101, 2.093, 2.086, 2.080, 2.074, 2.069, 2.064,
                                2.060,  2.056, 2.052, 2.048, 2.045, 2.042};
    return table[std::min<std::size_t>(freedom, 30) - 1];
}

Estimate estimate(std::span<const double> of_seeds) {
    if (of_seeds.size() < 2) throw std::invalid_argument("an interval needs two seeds");
    const double mean = average(of_seeds);
    double square = 0;
    for (const double each : of_seeds) square += (each - mean) * (each - mean);
    const std::size_t freedom = of_seeds.size() - 1;
    const double error = std::sqrt(square / static_cast<double>(freedom * of_seeds.size()));
    return {mean, mean - student(freedom) * error, mean + student(freedom) * error};
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
