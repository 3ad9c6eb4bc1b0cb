// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <variant>

#include "engine/model/network.hpp"
#include "kernels/batch.hpp"
#include "kernels/rows.hpp"

namespace fedmrn {

/// How an input of a model is filled from columns in device memory. Order, shuffling and
/// augmentation are the source's.
struct InputFill {
    std::size_t input = 0; ///< of Model::inputs
    std::size_t label = 0; ///< bytes that take labels along: the input of those
    std::variant<kernels::SplitView, kernels::RowsView> view;
};

/// A split in device memory, for one model.
struct BatchSource {
    std::span<const InputFill> fills;         ///< of who holds the memory
    DevicePointer<const std::uint32_t> order; ///< a client's samples; null: the split's own order
    bool shuffled = true;
    bool augmented = false; ///< images are
    bool operator==(const BatchSource& other) const {
        return fills.data() == other.fills.data() && fills.size() == other.fills.size() &&
               order == other.order && shuffled == other.shuffled && augmented == other.augmented;
    }
};

/// Queues the filling of all inputs of a network with the lanes' batches.
void fill_batch(Device& device, const BatchSource& source, std::size_t lanes,
                DevicePointer<const LaneState> states, Network& network);

} // namespace fedmrn
