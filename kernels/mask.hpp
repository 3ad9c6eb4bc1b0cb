// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "kernels/contract.hpp"
#include "kernels/formula/lane.hpp"
#include "kernels/formula/mask.hpp"
#include "kernels/formula/noise.hpp"

namespace fedmrn::kernels {

/// FedMRN's choices for one experiment.
struct MaskRule {
    formula::MaskShape mask = formula::MaskShape::binary;
    formula::NoiseRule noise;
    bool stochastic = true;
    bool progressive = true;
};

/// weights = global + û for the first `elements` elements of every active lane: the noise is
/// regenerated, never read. One pass, 12 bytes an element. noise: this round's, in device memory,
/// so that a recorded step follows it; of rule.noise the shape alone counts.
inline constexpr Contract<void(
    Device& device, const MaskRule& rule, DevicePointer<const formula::NoiseRule> noise,
    std::size_t lanes, DevicePointer<const LaneState> states, std::size_t elements,
    DevicePointer<const float> global, PerLane<const float> update, PerLane<float> weights)>
    mask_weights{"mask_weights", Exactness::bits};

/// A trained update whose final mask is wanted; device memory.
struct MaskSource {
    std::uint64_t seed = 0;
    DevicePointer<const float> update;
    DevicePointer<std::uint32_t> words; ///< receives ⌈elements / 32⌉
};

/// The clients' final masks, packed: bit i % 32 of words[i / 32] is element i's, bits past the end
/// are zero.
inline constexpr Contract<void(Device& device, const MaskRule& rule,
                               std::span<const MaskSource> clients, std::size_t elements)>
    pack_masks{"pack_masks", Exactness::bits};

// NOLINTBEGIN(readability-non-const-parameter): the contract writes through words
inline void pack_mask(Device& device, const MaskRule& rule, std::uint64_t seed,
                      std::size_t elements, DevicePointer<const float> update,
                      DevicePointer<std::uint32_t> words) {
    // NOLINTEND(readability-non-const-parameter)
    const MaskSource one{seed, update, words};
    pack_masks(device, rule, {&one, 1}, elements);
}

/// One client's masks on the device, waiting to be added.
struct PackedMask {
    DevicePointer<const std::uint32_t> words; ///< device memory
    std::uint64_t seed = 0;
    std::uint64_t samples = 0; ///< N_k
};

/// sum[i] += Σ_k N_k · grid_k[i] · mask_k[i], straight from the bits; in units of rule.noise.unit.
/// Exact while Σ N_k < 2³⁸.
inline constexpr Contract<void(Device& device, const MaskRule& rule,
                               std::span<const PackedMask> clients, std::size_t elements,
                               DevicePointer<std::int64_t> sum)>
    aggregate_masks{"aggregate_masks", Exactness::bits};

/// The noise itself, for tests and for methods that want it: out[i] = G(seed)_i.
inline constexpr Contract<void(Device& device, const formula::NoiseRule& rule, std::uint64_t seed,
                               std::size_t elements, DevicePointer<float> out)>
    make_noise{"make_noise", Exactness::bits};

} // namespace fedmrn::kernels
