// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#include "kernels/linear.hpp"

#include <algorithm>
#include <string>

#include "fedmrn/error.hpp"
#include "kernels/cpu/cpu_device.hpp"
#include "kernels/formula/bf16.hpp"

namespace fedmrn::kernels::cpu {
namespace {

/// Row-major C = op(A) · op(B). Products are float32 whatever the activations are.
void gemm(bool transpose_a, bool transpose_b, std::size_t m, std::size_t n, std::size_t k,
          const float* a, const float* b, float* c) {
    const auto rows = static_cast<dnnl_dim_t>(m), columns = static_cast<dnnl_dim_t>(n),
               inner = static_cast<dnnl_dim_t>(k);
    const dnnl_status_t status =
        dnnl_sgemm(transpose_a ? 'T' : 'N', transpose_b ? 'T' : 'N', rows, columns, inner, 1.0f, a,
                   transpose_a ? rows : inner, b, transpose_b ? inner : columns, 0.0f, c, columns);
    if (status != dnnl_success) {
        throw Error("cpu: oneDNN cannot do a matrix product of " + std::to_string(m) + "x" +
                        std::to_string(k) + " and " + std::to_string(k) + "x" + std::to_string(n) +
                        ": status " + std::to_string(static_cast<int>(status)),
                    Fault::run);
    }
}

/// The lane's activations as float32: themselves, or widened into scratch.
const float* widen(Device& device, Real real, const void* x, std::size_t first, std::size_t count) {
    if (real == Real::f32) {
        return static_cast<const float*>(x) + first;
    }
    float* wide = cpu_device(device).scratch(0, count);
    const auto* narrow = static_cast<const formula::Bf16*>(x) + first;
    std::transform(narrow, narrow + count, wide, [](formula::Bf16 v) { return to_float(v); });
    return wide;
}

void linear_forward(Device& device, const LinearShape& shape, const LaneState* states,
                    const void* x, PerLane<const float> w, PerLane<const float> bias, float* y) {
    const SingleThreaded primitives;
    for (std::size_t lane = 0; lane < shape.lanes; ++lane) {
        const std::size_t rows = states[lane].samples;
        if (rows == 0) {
            continue;
        }
        const float* in =
            widen(device, shape.real, x, lane * shape.batch * shape.in, rows * shape.in);
        float* out = y + lane * shape.batch * shape.out;
        gemm(false, true, rows, shape.out, shape.in, in, w[lane].get(), out);
        if (!bias.data) {
            continue;
        }
        for (std::size_t i = 0; i < rows * shape.out; ++i) {
            out[i] += bias[lane].get()[i % shape.out];
        }
    }
}

void linear_backward_data(Device& device, const LinearShape& shape, const LaneState* states,
                          const float* dy, PerLane<const float> w, void* dx) {
    const SingleThreaded primitives;
    for (std::size_t lane = 0; lane < shape.lanes; ++lane) {
        const std::size_t rows = states[lane].samples, count = rows * shape.in;
        if (rows == 0) {
            continue;
        }
        const std::size_t first = lane * shape.batch * shape.in;
        const bool narrow = shape.real == Real::bf16;
        float* wide =
            narrow ? cpu_device(device).scratch(0, count) : static_cast<float*>(dx) + first;
        gemm(false, false, rows, shape.in, shape.out, dy + lane * shape.batch * shape.out,
             w[lane].get(), wide);
        if (narrow) {
            std::transform(wide, wide + count, static_cast<formula::Bf16*>(dx) + first,
                           [](float v) { return formula::from_float<formula::Bf16>(v); });
        }
    }
}

void linear_backward_weights(Device& device, const LinearShape& shape, const LaneState* states,
                             const void* x, const float* dy, PerLane<float> dw,
                             PerLane<float> dbias) {
    const SingleThreaded primitives;
    for (std::size_t lane = 0; lane < shape.lanes; ++lane) {
        const std::size_t rows = states[lane].samples;
        if (rows == 0) {
            continue;
        }
        const float* in =
            widen(device, shape.real, x, lane * shape.batch * shape.in, rows * shape.in);
        const float* out = dy + lane * shape.batch * shape.out;
        gemm(true, false, shape.out, shape.in, rows, out, in, dw[lane].get());
        if (!dbias.data) {
            continue;
        }
        std::fill_n(dbias[lane].get(), shape.out, 0.0f);
        for (std::size_t i = 0; i < rows * shape.out; ++i) {
            dbias[lane].get()[i % shape.out] += out[i];
        }
    }
}

} // namespace

void linear_contracts(Backend& backend) {
    backend.set(kernels::linear_forward, linear_forward);
    backend.set(kernels::linear_backward_data, linear_backward_data);
    backend.set(kernels::linear_backward_weights, linear_backward_weights);
}

} // namespace fedmrn::kernels::cpu
