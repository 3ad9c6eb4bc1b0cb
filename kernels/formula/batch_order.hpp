// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "kernels/formula/lane.hpp"
#include "kernels/formula/permutation.hpp"

namespace fedmrn::formula {

/// In which order a lane's client is at its samples in the current step.
struct BatchOrder {
    std::uint32_t epoch, start; ///< start: of the batch in the epoch
    Permutation permutation;    ///< where shuffled
    bool shuffled;
};

FEDMRN_FORMULA BatchOrder batch_order(const LaneState& state, std::uint32_t batch, bool shuffled) {
    const std::uint32_t each = steps_per_epoch(state.count, batch);
    BatchOrder order{state.step / each, state.step % each * batch, {}, shuffled};
    if (shuffled) {
        order.permutation = shuffle(state.seed, order.epoch, state.count);
    }
    return order;
}

/// Which of the client's samples a row of the batch is.
FEDMRN_FORMULA std::uint32_t position_of(const BatchOrder& order, std::uint32_t row) {
    return order.shuffled ? permute(order.permutation, order.start + row) : order.start + row;
}

/// Where a client's sample is in the split; order: of the clients' samples, null: the split's own.
FEDMRN_FORMULA std::uint64_t sample_at(const LaneState& state, const std::uint32_t* order,
                                       std::uint32_t position) {
    const std::uint64_t entry = state.first + position;
    return order != nullptr ? order[entry] : entry;
}

} // namespace fedmrn::formula
