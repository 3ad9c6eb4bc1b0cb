// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>

#include "kernels/device.hpp"
#include "kernels/formula/fixed_point.hpp"
#include "kernels/formula/lane.hpp"

namespace fedmrn::kernels {

/// weights = global + update for every active lane. Exactness: bits.
void add_update(Device& device, std::size_t lanes, const LaneState* states, std::size_t elements,
                const float* global, PerLane<const float> update, PerLane<float> weights);

struct SgdRule {
    float lr = 0, momentum = 0, weight_decay = 0;
    bool decay_weights = true; ///< decay pulls the weights, else the update, towards zero
};

/// One SGD step of every active lane: g ← gradient + λ·(weights or update); v ← µ·v + g;
/// update ← update − η·v. velocity may be null where momentum is 0. PyTorch's convention: v starts
/// as the first gradient, no dampening. Exactness: bits for equal gradients.
void sgd_step(Device& device, const SgdRule& rule, std::size_t lanes, const LaneState* states,
              std::size_t elements, PerLane<const float> gradient, PerLane<const float> weights,
              PerLane<float> velocity, PerLane<float> update);

/// sum[i] += samples · fixed(values[i]). Exactness: bits.
void aggregate_dense(Device& device, std::size_t elements, const float* values,
                     std::uint64_t samples, formula::Wide* sum);

/// mean[i] = sum[i] · unit / samples, of a sum of masks. Exactness: bits.
void mean_of_masks(Device& device, std::size_t elements, const std::int64_t* sum, float unit,
                   std::uint64_t samples, double* mean);

/// mean[i] = sum[i] / samples, of a sum of dense values. Exactness: bits.
void mean_of_dense(Device& device, std::size_t elements, const formula::Wide* sum,
                   std::uint64_t samples, double* mean);

/// The server's step: v ← µ·v + mean; global ← global + lr·v, rounded once to float. velocity may
/// be null where momentum is 0. Exactness: bits.
void server_step(Device& device, double lr, double momentum, std::size_t elements,
                 const double* mean, double* velocity, float* global);

} // namespace fedmrn::kernels
