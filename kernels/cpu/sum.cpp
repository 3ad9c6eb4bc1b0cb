// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#include "kernels/sum.hpp"

#include "kernels/formula/bf16.hpp"
#include "kernels/formula/sum.hpp"

namespace fedmrn::kernels::cpu {
namespace {

template <class T>
void sum_lanes(const SumShape& shape, const LaneState* states, float alpha, const T* a, float beta,
               const T* b, T* y) {
    using formula::to_float;
    for (std::size_t lane = 0; lane < shape.lanes; ++lane) {
        const std::size_t first = lane * shape.batch * shape.size;
        const std::size_t end = first + states[lane].samples * shape.size;
        for (std::size_t i = first; i < end; ++i) {
            const float sum = b ? formula::weighted_sum(alpha, to_float(a[i]), beta, to_float(b[i]))
                                : alpha * to_float(a[i]);
            y[i] = formula::from_float<T>(sum);
        }
    }
}

void weighted_sum(Device&, const SumShape& shape, const LaneState* states, float alpha,
                  const void* a, float beta, const void* b, void* y) {
    const auto with = [&]<class T>(T* out) {
        sum_lanes(shape, states, alpha, static_cast<const T*>(a), beta, static_cast<const T*>(b),
                  out);
    };
    if (shape.real == Real::f32) {
        with(static_cast<float*>(y));
    } else {
        with(static_cast<formula::Bf16*>(y));
    }
}

} // namespace

void sum_contracts(Backend& backend) { backend.set(kernels::weighted_sum, weighted_sum); }

} // namespace fedmrn::kernels::cpu
