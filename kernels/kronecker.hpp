// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "kernels/contract.hpp"
#include "kernels/formula/kronecker.hpp"
#include "kernels/formula/lane.hpp"

// An update of a tensor as a sum of Kronecker products of which one factor each is frozen
// (formula/kronecker.hpp). Frozen factors are made from a seed and never stored.
namespace fedmrn::kernels {

inline constexpr std::size_t max_kronecker_side = 45;

struct KroneckerShape {
    std::size_t elements = 0;        ///< of the tensor, at most terms · side⁴
    std::size_t terms = 0, side = 0; ///< side <= max_kronecker_side
    std::uint32_t tensor = 0;        ///< its number in the model
    float unit = 0; ///< of the frozen factors' values: their magnitude · 2⁻²⁴
    [[nodiscard]] std::size_t factor() const { return terms * side * side; }
    [[nodiscard]] std::size_t values() const { return 2 * factor(); } ///< of R1 and L2
};

/// weights [elements] = global + D for every active lane; factors holds R1 and then L2, each
/// [terms, side, side]. seed: one in device memory, of the frozen factors of all lanes.
inline constexpr Contract<void(
    Device& device, const KroneckerShape& shape, DevicePointer<const std::uint64_t> seed,
    std::size_t lanes, DevicePointer<const LaneState> states, DevicePointer<const float> global,
    PerLane<const float> factors, PerLane<float> weights)>
    kronecker_weights{"kronecker_weights", Exactness::bits};

/// In place, for every active lane: gradient [elements] with respect to the weights becomes the one
/// with respect to R1 and L2 in its first values(), zeros behind them; values() <= elements. A sum
/// is over an element's terms in their order, from +0.
inline constexpr Contract<void(Device& device, const KroneckerShape& shape,
                               DevicePointer<const std::uint64_t> seed, std::size_t lanes,
                               DevicePointer<const LaneState> states, PerLane<float> gradient)>
    kronecker_gradient{"kronecker_gradient", Exactness::bits};

/// One client's factors on the device, and where their update goes.
struct KroneckerProduct {
    std::uint64_t seed = 0;
    DevicePointer<const float> factors; ///< R1 and L2
    DevicePointer<float> update;        ///< receives D [elements]
};

/// D.
inline constexpr Contract<void(Device& device, const KroneckerShape& shape,
                               std::span<const KroneckerProduct> clients)>
    multiply_kronecker{"multiply_kronecker", Exactness::bits};

} // namespace fedmrn::kernels
