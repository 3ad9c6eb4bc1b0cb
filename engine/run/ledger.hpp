// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "fedmrn/metrics.hpp"

namespace fedmrn {

/// What a run has used and reached so far, over all of its rounds; resuming continues it.
struct Ledger {
    std::uint64_t messages = 0; ///< clients that uploaded
    std::uint64_t uplink_bytes = 0, downlink_bytes = 0;
    std::uint64_t samples = 0;
    double train_seconds = 0, seconds = 0, simulated_seconds = 0;
    double best_accuracy = 0, last_accuracy = 0; ///< of the rounds that were evaluated

    void add(const RoundMetrics& round, std::uint64_t cohort);
    bool operator==(const Ledger&) const = default;
};

} // namespace fedmrn
