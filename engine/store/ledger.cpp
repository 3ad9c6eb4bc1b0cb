// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#include "engine/store/ledger.hpp"

namespace fedmrn {

void Ledger::add(const RoundMetrics& round) {
    messages += round.messages;
    uplink_bytes += round.uplink_bytes;
    downlink_bytes += round.downlink_bytes;
    samples += round.samples;
    simulated_seconds += round.simulated_seconds;
    traffic += round.traffic;
    const double all = time.all; // of whole processes, not of rounds alone
    time += round.time;
    time.all = all;
}

} // namespace fedmrn
