// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>

#include "kernels/contract.hpp"
#include "kernels/formula/lane.hpp"
#include "kernels/formula/low_rank.hpp"

// An update of a matrix as D = A·B of a low rank, where A is frozen and never stored: its elements
// are ± scale, the signs a function of the client's seed and the tensor's number
// (formula::sign_block). A [rank, larger] goes along the matrix's larger side and B [rank, smaller]
// along the other: D(i, j) = scale · Σ_k ± B[k, i], signs of (k, j), where the matrix has at least
// as many columns as rows, else of (k, i) and B[k, j].
namespace fedmrn::kernels {

struct FrozenShape {
    std::size_t rows = 0, columns = 0, rank = 0; ///< rank <= larger()
    std::uint32_t tensor = 0;                    ///< its number in the model
    float scale = 0;
    [[nodiscard]] bool is_wide() const { return columns >= rows; }
    [[nodiscard]] std::size_t larger() const { return std::max(rows, columns); }
    [[nodiscard]] std::size_t smaller() const { return std::min(rows, columns); }
    [[nodiscard]] std::size_t values() const { return rank * smaller(); } ///< of B
};

/// weights [rows, columns] = global + A·B for every active lane; factor holds B. An element's sum
/// is over the components in their order.
inline constexpr Contract<void(Device& device, const FrozenShape& shape, std::size_t lanes,
                               DevicePointer<const LaneState> states,
                               DevicePointer<const float> global, PerLane<const float> factor,
                               PerLane<float> weights)>
    frozen_weights{"frozen_weights", Exactness::bits};

/// In place, for every active lane: gradient [rows, columns] with respect to the weights becomes
/// the one with respect to B in its first values(), zeros behind them. Sums in the order of
/// formula::sum_rows.
inline constexpr Contract<void(Device& device, const FrozenShape& shape, std::size_t lanes,
                               DevicePointer<const LaneState> states, PerLane<float> gradient)>
    frozen_gradient{"frozen_gradient", Exactness::bits};

/// One client's factor on the device, and where its product goes.
struct FrozenProduct {
    std::uint64_t seed = 0;
    DevicePointer<const float> factor; ///< B
    DevicePointer<float> matrix;       ///< receives A·B, as frozen_weights makes it from zeros
};

/// A·B.
inline constexpr Contract<void(Device& device, const FrozenShape& shape,
                               std::span<const FrozenProduct> clients)>
    multiply_frozen{"multiply_frozen", Exactness::bits};

} // namespace fedmrn::kernels
