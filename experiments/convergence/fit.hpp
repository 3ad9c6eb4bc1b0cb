// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>
#include <vector>

#include "engine/base/interval.hpp"

namespace fedmrn::convergence {

/// A value at growing T, one series a seed.
struct Series {
    std::vector<double> at;                  ///< T
    std::vector<std::vector<double>> values; ///< [seed][T], all positive

    /// Mean over the seeds.
    [[nodiscard]] std::vector<double> mean() const;
};

/// The exponent of value ≈ c · T^slope: of each seed by least squares of log value on log T.
Estimate slope(const Series& series);

/// Where values that neither fall nor rise lie: of each seed the mean over T.
Estimate level(const Series& series);

} // namespace fedmrn::convergence
