// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "kernels/contract.hpp"
#include "kernels/formula/binarize.hpp"
#include "kernels/formula/lane.hpp"

// Updates that become ±α, with an α a tensor that is trained along. For the first half of its steps
// a client trains the update as it is, then α starts at its mean magnitude. A tensor's random words
// begin with a tile of their own: element i of a tensor is element 128 · (tiles before it) + i.
namespace fedmrn::kernels {

struct BinaryTensor {
    std::size_t offset = 0, elements = 0; ///< in the update; each lies behind the one before it
};

/// The binarized tensors of an update, T of them, and where it holds their scales.
struct BinaryUpdate {
    std::span<const BinaryTensor> tensors;
    std::size_t scales =
        0; ///< [scales, + T): exponents a; [scales + T, + T): α0, 0 before it is set
};

/// weights = global + update, or from the second half of a lane's steps on global ± α, the sign
/// drawn afresh at each step; the binarized tensors of every active lane. The first step of the
/// second half sets α0 in the update.
inline constexpr Contract<void(Device& device, const BinaryUpdate& binary, std::size_t lanes,
                               DevicePointer<const LaneState> states,
                               DevicePointer<const float> global, PerLane<float> update,
                               PerLane<float> weights)>
    binarize_weights{"binarize_weights", Exactness::bits};

/// The gradient of such weights becomes that of the update in place, and that of the scales is set:
/// of a by formula::exponent_gradient, of α0 zero.
inline constexpr Contract<void(Device& device, const BinaryUpdate& binary, std::size_t lanes,
                               DevicePointer<const LaneState> states, PerLane<const float> update,
                               PerLane<float> gradient)>
    binarize_gradient{"binarize_gradient", Exactness::bits};

/// A trained client whose signs are wanted; device memory.
struct BinarizeSource {
    std::uint64_t seed = 0;
    DevicePointer<const float> update;  ///< its scales too
    DevicePointer<float> scales;        ///< receives α of each tensor
    DevicePointer<std::uint32_t> words; ///< receives ⌈elements / 32⌉ words a tensor
};

/// The clients' final draws as codes of a bit, set for −α: word i / 32 of a tensor, bit i % 32. A
/// client that never binarized has its update's mean magnitude for α0.
inline constexpr Contract<void(Device& device, const BinaryUpdate& binary,
                               std::span<const BinarizeSource> clients)>
    pack_binarized{"pack_binarized", Exactness::bits};

} // namespace fedmrn::kernels
