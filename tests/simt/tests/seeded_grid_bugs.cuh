// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <simt/device.hpp>

#include "device_array.hpp"
#include "seeded_bugs.hpp"

// Mistakes in global memory and between blocks.

/// y = 2 x for every lane's n values; a lane's begin at lane · stride.
__global__ void scale_kernel(const float* x, float* y, int n, int stride, Bug bug) {
    const int i = static_cast<int>(blockIdx.x * blockDim.x + threadIdx.x);
    const int lane = static_cast<int>(blockIdx.y), last = static_cast<int>(gridDim.y) - 1;
    const int end = bug == Bug::global_overrun_write ? n + 1 : n;
    const int from = lane * (bug == Bug::wrong_lane_stride ? n : stride);
    const int ahead = bug == Bug::global_overrun_read && lane == last ? 1 : 0;
    if (i >= end) return;
    float& to = y[lane * stride + i];
    const float value = 2 * x[from + i + ahead] - 2 * static_cast<float>(ahead);
    to = bug == Bug::unwritten_device ? to + value : value; // nobody cleared y
}
inline bool scale(Bug bug) {
    constexpr int n = 100, stride = 104, lanes = 3, size = (lanes - 1) * stride + n;
    std::vector<float> host(size);
    for (int i = 0; i < size; ++i) host[i] = static_cast<float>(i);
    const DeviceArray<float> x(host), y(size);
    const unsigned blocks = bug == Bug::missing_tail ? n / 64 : (n + 63) / 64;
    simt::launch(scale_kernel, dim3(blocks, lanes), 64, 0, nullptr, x.data(), y.data(), n, stride,
                 bug);
    const auto o = y.read();
    for (int i = 0; i < size; ++i) {
        // the very last may be anything to a read past the end, which its value cannot show
        const bool compared = i % stride < n && !(bug == Bug::global_overrun_read && i == size - 1);
        if (compared && o[i] != 2 * host[i]) return false;
    }
    return true;
}

/// The sum of n ones, the last block to be done adding up what the others left.
__global__ void sum_kernel(int* partial, unsigned* ticket, int* out, Bug bug) {
    FEDMRN_SHARED(int, last, [1]);
    const int count = __syncthreads_count(1);
    if (threadIdx.x == 0) {
        partial[blockIdx.x] = count;
        if (bug != Bug::missing_fence) __threadfence();
        last[0] = atomicInc(ticket, gridDim.x) == gridDim.x - 1;
        if (bug != Bug::missing_fence) __threadfence();
        if (bug == Bug::race_between_blocks) {
            out[1] += count;
        } else {
            atomicAdd(&out[1], count);
        }
    }
    __syncthreads();
    if (last[0] && threadIdx.x == 0) {
        int sum = 0;
        for (unsigned b = 0; b < gridDim.x; ++b) sum += partial[b];
        out[0] = sum;
    }
}
inline bool sum(Bug bug) {
    const DeviceArray<int> partial(6), out(std::vector<int>(2));
    const DeviceArray<unsigned> ticket(std::vector<unsigned>(1));
    simt::launch(sum_kernel, 6, 64, 0, nullptr, partial.data(), ticket.data(), out.data(), bug);
    return out.read() == std::vector<int>(2, 6 * 64);
}

/// Every element takes its right neighbour's value, over and over, across blocks.
__global__ void ring_kernel(int* a, int* b, int steps, Bug bug) {
    const auto grid = cooperative_groups::this_grid();
    const auto i = grid.thread_rank(), n = grid.size();
    for (int s = 0; s < steps; ++s) {
        b[i] = a[(i + 1) % n];
        if (bug != Bug::missing_grid_sync) grid.sync();
        int* const t = a;
        a = b;
        b = t;
    }
}
inline bool ring(Bug bug) {
    std::vector<int> host(3 * 32);
    for (int i = 0; i < 96; ++i) host[i] = i;
    const DeviceArray<int> a(host), b(host.size());
    simt::launch_cooperative(ring_kernel, 3, 32, 0, nullptr, a.data(), b.data(), 4, bug);
    const auto o = a.read();
    for (int i = 0; i < 96; ++i) {
        if (o[i] != (i + 4) % 96) return false;
    }
    return true;
}
