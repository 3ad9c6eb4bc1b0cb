// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#include "kernels/integer.hpp"

#include "kernels/cuda/cuda_device.hpp"
#include "kernels/cuda/grid.cuh"

namespace fedmrn::kernels::cuda {
namespace {

constexpr unsigned block_threads = 256;

/// A thread a result.
__global__ void __launch_bounds__(block_threads)
    integer_convolution_kernel(IntegerShape s, const std::uint8_t* x, const std::int8_t* w,
                               std::int32_t* y, std::size_t results) {
    const std::size_t i = blockIdx.x * std::size_t{block_threads} + threadIdx.x;
    if (i >= results) {
        return;
    }
    const std::size_t out_width = s.width + 2 * s.padding - s.kernel + 1,
                      out_height = s.height + 2 * s.padding - s.kernel + 1;
    const std::size_t o = i % s.out, v = i / s.out % out_width,
                      h = i / s.out / out_width % out_height,
                      n = i / s.out / out_width / out_height;
    const std::int8_t* weights = w + o * s.kernel * s.kernel * s.in;
    std::int32_t sum = 0;
    for (std::size_t k = 0; k < s.kernel * s.kernel; ++k, weights += s.in) {
        const std::size_t row = h + k / s.kernel, column = v + k % s.kernel;
        if (row < s.padding || row >= s.height + s.padding || column < s.padding ||
            column >= s.width + s.padding) {
            continue; // what is there stands for 0
        }
        const std::uint8_t* pixel =
            x + ((n * s.height + row - s.padding) * s.width + column - s.padding) * s.in;
        for (std::size_t c = 0; c < s.in; ++c) {
            sum += (std::int32_t{pixel[c]} - s.zero) * std::int32_t{weights[c]};
        }
    }
    y[i] = sum;
}

void integer_convolution(Device& device, const IntegerShape& shape, const std::uint8_t* x,
                         const std::int8_t* w, std::int32_t* y) {
    const std::size_t results = shape.samples * shape.out_height() * shape.out_width() * shape.out;
    launch(integer_convolution_kernel, lane_grid(divide_up(results, block_threads), 1),
           block_threads, 0, cuda_device(device).stream(), shape, x, w, y, results);
}

} // namespace

void integer_contracts(Backend& backend) {
    backend.set(kernels::integer_convolution, integer_convolution);
}

} // namespace fedmrn::kernels::cuda
