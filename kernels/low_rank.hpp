// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "kernels/contract.hpp"
#include "kernels/formula/low_rank.hpp"

// A matrix M [rows, columns] as M ≈ P·Qᵀ of a low rank, for one tensor of many clients a call. The
// factors lie a component after another: P is stored [rank, rows], Q is stored [rank, columns].
// Products are float32, sums in the order of formula::sum_rows where nothing else is said.
namespace fedmrn::kernels {

struct FactorShape {
    std::size_t rows = 0, columns = 0, rank = 0;
};

/// One client's matrix and its factors; device memory.
struct MatrixFactors {
    std::uint64_t seed = 0;
    DevicePointer<const float> matrix;
    DevicePointer<float> p;
    DevicePointer<float> q;
};

/// Q = independent standard normal values. tensor: its number in the model, of which with the
/// client's seed they are made.
inline constexpr Contract<void(Device& device, const FactorShape& shape, std::uint32_t tensor,
                               std::span<const MatrixFactors> clients)>
    start_factors{"start_factors", Exactness::bits};

/// P = M·Q.
inline constexpr Contract<void(Device& device, const FactorShape& shape,
                               std::span<const MatrixFactors> clients)>
    multiply_rows{"multiply_rows", Exactness::bits};

/// Q = Mᵀ·P.
inline constexpr Contract<void(Device& device, const FactorShape& shape,
                               std::span<const MatrixFactors> clients)>
    multiply_columns{"multiply_columns", Exactness::bits};

/// P's components one after another, each without what the earlier ones span (Gram–Schmidt, twice)
/// and then of norm 1; of a component that they span, zeros. Sums are float64.
inline constexpr Contract<void(Device& device, const FactorShape& shape,
                               std::span<const MatrixFactors> clients)>
    orthonormalise{"orthonormalise", Exactness::bits};

/// One client's factors on the device, and where their product goes.
struct FactorProduct {
    DevicePointer<const float> p;
    DevicePointer<const float> q;
    DevicePointer<float> matrix; ///< receives P·Qᵀ
};

/// P·Qᵀ, each element summed over the components in their order.
inline constexpr Contract<void(Device& device, const FactorShape& shape,
                               std::span<const FactorProduct> clients)>
    multiply_factors{"multiply_factors", Exactness::bits};

} // namespace fedmrn::kernels
