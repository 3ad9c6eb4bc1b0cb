// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

namespace fedmrn {

/// The parts of a wall time by the names that files give them.
template <class Time, class Visit> void each_second(Time& time, Visit visit) {
    visit("train_seconds", time.training);
    visit("message_seconds", time.messages);
    visit("aggregation_seconds", time.aggregation);
    visit("evaluation_seconds", time.evaluation);
    visit("checkpoint_seconds", time.checkpoints);
    visit("seconds", time.all);
}

/// What ranks sent, by the names that files give it. A file without ranks has none of them.
template <class Bytes, class Visit> void each_sent(Bytes& traffic, Visit visit) {
    visit("wire_sum_bytes", traffic.sums);
    visit("wire_message_bytes", traffic.messages);
    visit("wire_rest_bytes", traffic.rest);
}

} // namespace fedmrn
