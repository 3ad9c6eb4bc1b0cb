// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "fedmrn/metrics.hpp"

namespace fedmrn {

/// What a run has used so far, over all of its rounds; resuming continues it.
struct Ledger {
    std::uint64_t messages = 0; ///< clients that uploaded
    std::uint64_t uplink_bytes = 0, downlink_bytes = 0;
    std::uint64_t samples = 0;
    double simulated_seconds = 0;
    Traffic traffic;
    WallTime time; ///< all: added by who keeps the clock of the process

    void add(const RoundMetrics& round);
    bool operator==(const Ledger&) const = default;
};

} // namespace fedmrn
