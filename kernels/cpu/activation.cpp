// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#include "kernels/activation.hpp"

#include "kernels/formula/activation.hpp"

namespace fedmrn::kernels::cpu {
namespace {

void relu_forward(Device&, std::size_t lanes, std::size_t batch, std::size_t size,
                  const LaneState* states, const float* x, float* y) {
    for (std::size_t lane = 0; lane < lanes; ++lane) {
        const std::size_t first = lane * batch * size;
        for (std::size_t i = first; i < first + states[lane].samples * size; ++i) {
            y[i] = formula::rectified(x[i]);
        }
    }
}

void relu_backward(Device&, std::size_t lanes, std::size_t batch, std::size_t size,
                   const LaneState* states, const float* y, const float* dy, float* dx) {
    for (std::size_t lane = 0; lane < lanes; ++lane) {
        const std::size_t first = lane * batch * size;
        for (std::size_t i = first; i < first + states[lane].samples * size; ++i) {
            dx[i] = formula::passes(y[i]) ? dy[i] : 0.0f;
        }
    }
}

} // namespace

void activation_contracts(Backend& backend) {
    backend.set(kernels::relu_forward, relu_forward);
    backend.set(kernels::relu_backward, relu_backward);
}

} // namespace fedmrn::kernels::cpu
