// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "fedmrn/dataset.hpp"

namespace fedmrn {

/// Least, median (the lower one of an even number) and most of a column of the client table.
struct Spread {
    std::uint64_t least = 0, median = 0, most = 0;
};

/// What the clients hold, counted without a clients × classes table: a run may have a million.
struct Holdings {
    std::vector<std::uint64_t> samples, labels; ///< of each client; labels: different ones
    std::vector<Spread> by_class;               ///< samples of a class that a client holds
};

/// Of a data set that has classes, as class_counts.
Holdings count_holdings(const Dataset& dataset, const ClientSplit& split);

/// Samples of each class that one client holds.
std::vector<std::uint64_t> class_counts(const Dataset& dataset, const ClientSplit& split,
                                        std::size_t client);

/// values must not be empty.
Spread spread(std::span<const std::uint64_t> values);

} // namespace fedmrn
