// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#include "kernels/embedding.hpp"

#include <algorithm>

#include "kernels/formula/bf16.hpp"

namespace fedmrn::kernels::cpu {
namespace {

/// Calls body.operator()<T>(lane, the lane's tokens, their number, offset of its rows).
template <class Body>
void for_lanes(const EmbeddingShape& s, const LaneState* states, const std::int32_t* tokens,
               const Body& body) {
    for (std::size_t lane = 0; lane < s.lanes; ++lane) {
        const std::size_t first = lane * s.batch * s.tokens;
        const std::size_t places = states[lane].samples * s.tokens;
        if (states[lane].samples == 0) {
            continue;
        }
        if (s.real == Real::f32) {
            body.template operator()<float>(lane, tokens + first, places, first * s.dim);
        } else {
            body.template operator()<formula::Bf16>(lane, tokens + first, places, first * s.dim);
        }
    }
}

void embedding_forward(Device&, const EmbeddingShape& shape, const LaneState* states,
                       const std::int32_t* tokens, PerLane<const float> w, void* y) {
    for_lanes(shape, states, tokens,
              [&]<class T>(std::size_t lane, const std::int32_t* words, std::size_t places,
                           std::size_t offset) {
                  T* out = static_cast<T*>(y) + offset;
                  for (std::size_t i = 0; i < places; ++i, out += shape.dim) {
                      const float* row =
                          w[lane].get() + static_cast<std::size_t>(words[i]) * shape.dim;
                      std::transform(row, row + shape.dim, out,
                                     [](float v) { return formula::from_float<T>(v); });
                  }
              });
}

void embedding_backward(Device&, const EmbeddingShape& shape, const LaneState* states,
                        const std::int32_t* tokens, const void* dy, PerLane<float> dw) {
    for_lanes(shape, states, tokens,
              [&]<class T>(std::size_t lane, const std::int32_t* words, std::size_t places,
                           std::size_t offset) {
                  const T* in = static_cast<const T*>(dy) + offset;
                  std::fill_n(dw[lane].get(), shape.vocabulary * shape.dim, 0.0f);
                  for (std::size_t i = 0; i < places; ++i, in += shape.dim) {
                      float* row = dw[lane].get() + static_cast<std::size_t>(words[i]) * shape.dim;
                      for (std::size_t d = 0; d < shape.dim; ++d) {
                          row[d] += formula::to_float(in[d]);
                      }
                  }
              });
}

} // namespace

void embedding_contracts(Backend& backend) {
    backend.set(kernels::embedding_forward, embedding_forward);
    backend.set(kernels::embedding_backward, embedding_backward);
}

} // namespace fedmrn::kernels::cpu
