// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <simt/device.hpp>

#include "device_array.hpp"
#include "seeded_bugs.hpp"

// Mistakes within a block. A scenario answers whether its result was right.

/// Reverses each block's values through shared memory, several rounds.
__global__ void reverse_kernel(const float* in, float* out, int rounds, Bug bug) {
    FEDMRN_SHARED(float, tile, [128]);
    const int i = static_cast<int>(threadIdx.x), first = static_cast<int>(blockIdx.x) * 128;
    float value = in[first + i];
    for (int r = 0; r < rounds; ++r) {
        if (bug != Bug::unwritten_shared || i < 100) tile[i] = value;
        if (bug == Bug::divergent_barrier) {
            if (i < 64) __syncthreads();
        } else if (bug != Bug::missing_barrier) {
            __syncthreads();
        }
        value = tile[127 - i];
        if (bug == Bug::shared_overrun) tile[i + 1] = 0;
        if (bug != Bug::missing_second_barrier) __syncthreads();
    }
    out[first + i] = value;
}
inline bool reverse(Bug bug) {
    std::vector<float> host(256);
    for (int i = 0; i < 256; ++i) host[i] = static_cast<float>(i);
    const DeviceArray<float> in(host), out(256);
    simt::launch(reverse_kernel, 2, 128, 0, nullptr, in.data(), out.data(), 3, bug);
    const auto o = out.read();
    for (int i = 0; i < 256; ++i) {
        if (o[i] != static_cast<float>(i / 128 * 128 + 127 - i % 128)) return false;
    }
    return true;
}

/// Counts values into bins in dynamic shared memory.
__global__ void histogram_kernel(const unsigned* values, unsigned* out, int n, int bins, Bug bug) {
    FEDMRN_DYNAMIC_SHARED(unsigned, count);
    const int i = static_cast<int>(threadIdx.x), step = static_cast<int>(blockDim.x);
    for (int b = step - 1 - i; b < bins; b += step) count[b] = 0;
    if (bug != Bug::missing_first_barrier) __syncthreads();
    const int shift = bug == Bug::dynamic_shared_overrun ? 1 : 0;
    for (int v = i; v < n; v += step) {
        const int bin = static_cast<int>(values[v] % static_cast<unsigned>(bins)) + shift;
        if (bug == Bug::race_in_block) {
            count[bin] += 1;
        } else {
            atomicAdd(&count[bin], 1U);
        }
    }
    __syncthreads();
    for (int b = i; b < bins; b += step) out[b] = count[b];
}
inline bool histogram(Bug bug) {
    constexpr int n = 1000, bins = 100;
    std::vector<unsigned> host(n), want(bins);
    for (int i = 0; i < n; ++i) ++want[(host[i] = static_cast<unsigned>(i * 7)) % bins];
    const DeviceArray<unsigned> in(host), out(bins);
    simt::launch(histogram_kernel, 1, 64, bins * sizeof(unsigned), nullptr, in.data(), out.data(),
                 n, bins, bug);
    return out.read() == want;
}

/// Every lane takes its right neighbour's value: through shared memory, and by a shuffle.
__global__ void rotate_kernel(int* out, Bug bug) {
    FEDMRN_SHARED(int, slots, [32]);
    const int i = static_cast<int>(threadIdx.x);
    slots[i] = i;
    if (bug != Bug::missing_syncwarp) __syncwarp();
    out[i] = slots[(i + 1) % 32];
    if (bug == Bug::divergent_ballot) {
        if (i < 16) __ballot_sync(0xffffffffU, 1);
        if (i >= 16) __any_sync(0xffffffffU, 1);
    }
    if (bug == Bug::wrong_warp_mask) __ballot_sync(0x0000ffffU, 1);
    if (bug == Bug::shuffle_from_ended_lane && i == 0) return;
    out[32 + i] = __shfl_sync(0xffffffffU, i, (i + 1) % 32);
}
inline bool rotate(Bug bug) {
    const DeviceArray<int> out(64);
    simt::launch(rotate_kernel, 1, 32, 0, nullptr, out.data(), bug);
    const auto o = out.read();
    for (int i = 0; i < 64; ++i) {
        if (o[i] != (i + 1) % 32) return false;
    }
    return true;
}

/// Copies through shared memory asynchronously.
__global__ void staged_kernel(const float* in, float* out, Bug bug) {
    FEDMRN_SHARED(float, tile, [64]);
    __pipeline_memcpy_async(&tile[threadIdx.x], &in[threadIdx.x], sizeof(float));
    __pipeline_commit();
    if (bug != Bug::missing_copy_wait) __pipeline_wait_prior(0);
    __syncthreads();
    out[threadIdx.x] = tile[63 - threadIdx.x];
}
inline bool staged(Bug bug) {
    const DeviceArray<float> in(std::vector<float>(64, 2)), out(64);
    simt::launch(staged_kernel, 1, 64, 0, nullptr, in.data(), out.data(), bug);
    return out.read() == std::vector<float>(64, 2);
}

__global__ void tile_kernel(const float* in, float* out, Bug bug) {
    using namespace nvcuda::wmma;
    fragment<accumulator, 16, 16, 8, float> tile;
    load_matrix_sync(tile, in + (bug == Bug::misaligned_tile ? 1 : 0), 16, mem_row_major);
    store_matrix_sync(out, tile, 16, mem_col_major);
}
inline bool tile(Bug bug) {
    const DeviceArray<float> in(std::vector<float>(257, 1)), out(256);
    simt::launch(tile_kernel, 1, 32, 0, nullptr, in.data(), out.data(), bug);
    return out.read() == std::vector<float>(256, 1);
}
