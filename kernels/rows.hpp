// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>

#include "fedmrn/tensor.hpp"
#include "kernels/contract.hpp"
#include "kernels/formula/lane.hpp"

namespace fedmrn::kernels {

/// A column of a split in device memory. What it is read as: i32 of u8, u16 and i32; u8 of u8, u16
/// of u16, f32 of f32, and bf16 of f32, rounded.
struct RowsView {
    DevicePointer<const void> values; ///< [samples][size]; ragged: [rows][size]
    /// Ragged: sample i has the rows from offsets[i] to offsets[i + 1].
    DevicePointer<const std::uint64_t> offsets;
    /// A client's samples are order[first + …]; null: first + ….
    DevicePointer<const std::uint32_t> order;
    bool shuffled = true; ///< visit a client's samples in the order of formula::shuffle
    std::size_t size = 1; ///< elements
    std::size_t each = 1; ///< ragged: rows that a sample has at most
    Element from = Element::f32, to = Element::f32;
    bool operator==(const RowsView&) const = default;
};

/// Fills lane l's batch with its samples as they are: y [lanes][batch][size] of `to`. Rows past the
/// batch's samples are left as they are.
inline constexpr Contract<void(Device& device, const RowsView& view, std::size_t lanes,
                               std::size_t batch, DevicePointer<const LaneState> states,
                               DevicePointer<void> y)>
    gather_rows{"gather_rows", Exactness::bits};

/// The same of ragged rows, those of one sample behind those of the one before: y [lanes][batch ×
/// each][size], of which counts[l] rows are there; an idle lane's count stays.
inline constexpr Contract<void(Device& device, const RowsView& view, std::size_t lanes,
                               std::size_t batch, DevicePointer<const LaneState> states,
                               DevicePointer<void> y, DevicePointer<std::uint32_t> counts)>
    gather_ragged{"gather_ragged", Exactness::bits};

} // namespace fedmrn::kernels
