// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "kernels/contract.hpp"
#include "kernels/formula/lane.hpp"
#include "kernels/formula/prune.hpp"

// Pruned weights: a weight that is exactly 0 in the global state is pruned, and stays it.
namespace fedmrn::kernels {

/// gradient[i] ← 0 of every active lane where global[i] is 0.
inline constexpr Contract<void(Device& device, std::size_t lanes,
                               DevicePointer<const LaneState> states, std::size_t elements,
                               DevicePointer<const float> global, PerLane<float> gradient)>
    stop_pruned{"stop_pruned", Exactness::bits};

/// One client's selection of weights on the device.
struct KeptWeights {
    DevicePointer<const std::uint32_t> words; ///< device memory; bit i % 32 of word i / 32
    std::uint64_t samples = 0;                ///< N_k
};

/// kept[i] += Σ N_k over the clients that kept element i.
inline constexpr Contract<void(Device& device, std::span<const KeptWeights> clients,
                               std::size_t elements, DevicePointer<std::uint64_t> kept)>
    count_kept{"count_kept", Exactness::bits};

/// mean[i] = merged[i] − global[i], with sum as aggregate_dense makes it of the kept weights.
inline constexpr Contract<void(Device& device, formula::MergeRule rule, std::size_t elements,
                               DevicePointer<const formula::Wide> sum,
                               DevicePointer<const std::uint64_t> kept, std::uint64_t samples,
                               DevicePointer<const float> global, DevicePointer<double> mean)>
    merge_kept{"merge_kept", Exactness::bits};

} // namespace fedmrn::kernels
