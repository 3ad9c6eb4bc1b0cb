// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>

#include "kernels/contract.hpp"
#include "kernels/formula/lane.hpp"

namespace fedmrn::kernels {

/// Rows of every lane's own table w [vocabulary][dim], one for each of a sample's tokens: tokens
/// [lanes][batch][tokens], y [lanes][batch][tokens][dim]. A token must be in [0, vocabulary); who
/// makes the batch has to see to it, the kernels do not look.
struct EmbeddingShape {
    std::size_t lanes = 1, batch = 1, tokens = 1;
    std::size_t vocabulary = 1, dim = 1;
    Real real = Real::f32; ///< of y and dy
};

/// y = w[token].
inline constexpr Contract<void(
    Device& device, const EmbeddingShape& shape, DevicePointer<const LaneState> states,
    DevicePointer<const std::int32_t> tokens, PerLane<const float> w, DevicePointer<void> y)>
    embedding_forward{"embedding_forward", Exactness::bits};

/// dw[v] = Σ dy over the places of token v, added in float32 in the order of the places; 0 where
/// there is none.
inline constexpr Contract<void(
    Device& device, const EmbeddingShape& shape, DevicePointer<const LaneState> states,
    DevicePointer<const std::int32_t> tokens, DevicePointer<const void> dy, PerLane<float> dw)>
    embedding_backward{"embedding_backward", Exactness::bits};

} // namespace fedmrn::kernels
