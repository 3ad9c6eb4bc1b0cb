// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#include "engine/run/ledger.hpp"

#include <algorithm>

namespace fedmrn {

void Ledger::add(const RoundMetrics& round, std::uint64_t cohort) {
    messages += cohort - round.dropped;
    uplink_bytes += round.uplink_bytes;
    downlink_bytes += round.downlink_bytes;
    samples += round.samples;
    train_seconds += round.train_seconds;
    seconds += round.seconds;
    simulated_seconds += round.simulated_seconds;
    if (round.accuracy) {
        last_accuracy = *round.accuracy;
        best_accuracy = std::max(best_accuracy, *round.accuracy);
    }
}

} // namespace fedmrn
