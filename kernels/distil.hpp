// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>

#include "kernels/contract.hpp"
#include "kernels/formula/lane.hpp"

namespace fedmrn::kernels {

/// How much a student heeds its teacher.
struct DistilRule {
    float temperature = 1; ///< T > 0, of both softmaxes that are compared
    float weight = 0.5f;   ///< λ in 0 … 1, of the teacher; 1 − λ: of the labels
};

/// Knowledge distillation (Hinton et al., 2015) of a student's logits [lanes][batch][classes] from
/// a teacher's: a row's loss is
///     (1 − λ) · cross-entropy + λ · T² · KL(softmax(teacher / T) ‖ softmax(student / T)).
/// Adds Σ loss, the student's hits and rows to a lane's tally; gradient (of the batch's mean loss
/// by the student's logits, same shape) may be null. With λ = 0 it is cross_entropy to the bit,
/// where the teacher's logits are finite; with λ = 1 it is 0, loss and gradient, where both are
/// equal.
inline constexpr Contract<void(
    Device& device, DistilRule rule, std::size_t lanes, std::size_t batch, std::size_t classes,
    DevicePointer<const LaneState> states, DevicePointer<const float> student,
    DevicePointer<const float> teacher, DevicePointer<const std::uint16_t> labels,
    DevicePointer<float> gradient, DevicePointer<LaneMetrics> metrics)>
    distillation{"distillation", Exactness::tolerance};

} // namespace fedmrn::kernels
