// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "kernels/formula/qualifiers.hpp"

namespace fedmrn {

/// A lane's place in its client's local training; lives in device memory, so that kernels of a
/// captured graph find it there. samples == 0: the lane is idle and every kernel passes it by.
struct LaneState {
    std::uint64_t seed = 0;    ///< s_k,t, the key of all that the client draws this round
    std::uint64_t first = 0;   ///< the client's first entry in the sample order
    std::uint32_t count = 0;   ///< N_k
    std::uint32_t step = 0;    ///< local steps done; the current one is τ = step + 1
    std::uint32_t steps = 0;   ///< S = epochs · ⌈N_k / batch⌉
    std::uint32_t samples = 0; ///< samples in the current batch; the last one may be short
};

/// What a lane has trained on since its client began.
struct LaneMetrics {
    double loss = 0;           ///< Σ cross-entropy over samples
    std::uint64_t correct = 0; ///< samples whose largest logit is their label's
    std::uint64_t samples = 0;
};

namespace formula {

FEDMRN_FORMULA std::uint32_t steps_per_epoch(std::uint32_t count, std::uint32_t batch) {
    return count / batch + (count % batch != 0);
}

/// Samples in the batch of a lane's current step; 0 once its client is done.
FEDMRN_FORMULA std::uint32_t batch_samples(const LaneState& lane, std::uint32_t batch) {
    if (lane.step >= lane.steps) {
        return 0;
    }
    const std::uint32_t start = lane.step % steps_per_epoch(lane.count, batch) * batch;
    return lane.count - start < batch ? lane.count - start : batch;
}

} // namespace formula
} // namespace fedmrn
