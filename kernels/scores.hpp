// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "kernels/contract.hpp"
#include "kernels/formula/lane.hpp"
#include "kernels/formula/scores.hpp"
#include "kernels/mask.hpp"

// Weights that are frozen at random and masked by Bernoulli(sigmoid(score)), of which the scores
// are what is trained.
namespace fedmrn::kernels {

/// One tensor's frozen weights: ± magnitude.
struct FrozenTensor {
    std::size_t end = 0; ///< it begins where the one before it ends, the first at 0
    float magnitude = 0;
};

/// All that are masked, in one array of elements.
struct FrozenWeights {
    std::uint64_t seed = 0; ///< of their signs
    std::span<const FrozenTensor> tensors;
    [[nodiscard]] std::size_t elements() const { return tensors.empty() ? 0 : tensors.back().end; }
};

/// weights = frozen ⊙ Bernoulli(sigmoid(global + update)) of every active lane, drawn afresh at
/// each step. One pass, 12 bytes an element.
inline constexpr Contract<void(Device& device, const FrozenWeights& frozen, std::size_t lanes,
                               DevicePointer<const LaneState> states,
                               DevicePointer<const float> global, PerLane<const float> update,
                               PerLane<float> weights)>
    score_weights{"score_weights", Exactness::bits};

/// The gradient of such weights becomes rate times the gradient of the scores, in place, in every
/// active lane.
inline constexpr Contract<void(Device& device, const FrozenWeights& frozen, double rate,
                               std::size_t lanes, DevicePointer<const LaneState> states,
                               DevicePointer<const float> global, PerLane<const float> update,
                               PerLane<float> gradient)>
    score_gradient{"score_gradient", Exactness::bits};

/// Masks that are drawn alike for all who ask; 0: none, but their probabilities.
struct DrawnMasks {
    std::uint64_t seed = 0;
    std::uint32_t step = 0; ///< the first is that of score_weights in a lane of this seed and step
    std::uint32_t count = 1;
};

/// weights = frozen ⊙ the mean of masks ~ Bernoulli(sigmoid(scores)).
inline constexpr Contract<void(Device& device, const FrozenWeights& frozen, const DrawnMasks& masks,
                               DevicePointer<const float> scores, DevicePointer<float> weights)>
    mean_score_weights{"mean_score_weights", Exactness::bits};

/// The clients' final masks, packed as pack_masks does.
inline constexpr Contract<void(Device& device, std::span<const MaskSource> clients,
                               std::size_t elements, DevicePointer<const float> global)>
    pack_scores{"pack_scores", Exactness::bits};

/// mean = the score that so many set bits of the clients leave (formula::posterior_score) − global.
/// ones: of each element, as count_kept counts them; clients: at least one.
inline constexpr Contract<void(Device& device, DevicePointer<const std::uint64_t> ones,
                               std::uint32_t clients, std::size_t elements,
                               DevicePointer<const float> global, DevicePointer<double> mean)>
    posterior_scores{"posterior_scores", Exactness::bits};

} // namespace fedmrn::kernels
