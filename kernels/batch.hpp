// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>

#include "kernels/contract.hpp"
#include "kernels/formula/lane.hpp"

namespace fedmrn::kernels {

/// Bytes that are read as reals, and a label a sample where there are any, in device memory.
struct SplitView {
    DevicePointer<const std::uint8_t> pixels;  ///< [samples][sample_size], channel innermost
    DevicePointer<const std::uint16_t> labels; ///< null: none
    /// A client's samples are order[first + …]; null: first + ….
    DevicePointer<const std::uint32_t> order;
    DevicePointer<const float> scale; ///< value = byte · scale[c] + shift[c]
    DevicePointer<const float> shift;
    std::size_t sample_size = 0;
    std::size_t channels = 1;
    bool shuffled = true;   ///< visit a client's samples in the order of formula::shuffle
    std::size_t width = 0;  ///< pixels of a row, where augmented
    bool augmented = false; ///< images are cropped and mirrored as formula::augment says
    bool operator==(const SplitView&) const = default;
};

/// Fills lane l's batch: x [lanes][batch][sample_size] of type real, labels [lanes][batch] where
/// the split has them. Rows past the batch's samples are left as they are. How a sample is
/// augmented depends on the client's seed, the epoch and which of the client's samples it is, so
/// not on the batch that it comes in; padding is the value of byte 0.
inline constexpr Contract<void(Device& device, const SplitView& split, std::size_t lanes,
                               std::size_t batch, DevicePointer<const LaneState> states, Real real,
                               DevicePointer<void> x, DevicePointer<std::uint16_t> labels)>
    gather_batch{"gather_batch", Exactness::bits};

} // namespace fedmrn::kernels
