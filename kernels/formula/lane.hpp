// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "fedmrn/lane.hpp"
#include "kernels/formula/qualifiers.hpp"

namespace fedmrn::formula {

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

/// Rows of a batch that has `each` for a sample, or as many as *count says, at most batch × each.
FEDMRN_FORMULA std::uint32_t batch_rows(std::uint32_t samples, std::uint32_t each,
                                        const std::uint32_t* count, std::uint64_t batch) {
    if (count == nullptr || samples == 0) {
        return samples * each;
    }
    return *count < batch * each ? *count : static_cast<std::uint32_t>(batch * each);
}

} // namespace fedmrn::formula
