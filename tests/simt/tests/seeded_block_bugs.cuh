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

/// Reverses each of 8 slices of 64 values, through a ring of three stages.
__global__ void pipelined_kernel(const float* in, float* out, Bug bug) {
    FEDMRN_SHARED(float, ring, [3][64]);
    const unsigned i = threadIdx.x;
    const auto copy = [&](int slice) {
        if (slice < 8) __pipeline_memcpy_async(&ring[slice % 3][i], &in[slice * 64 + i], 4);
        __pipeline_commit();
    };
    copy(0);
    copy(1);
    for (int slice = 0; slice < 8; ++slice) {
        __pipeline_wait_prior(bug == Bug::short_copy_wait ? 2 : 1);
        if (bug == Bug::early_copy) copy(slice + 2); // into what others read a slice ago
        __syncthreads();
        if (bug != Bug::early_copy) copy(slice + 2);
        out[slice * 64 + i] = ring[slice % 3][63 - i];
    }
}
inline bool pipelined(Bug bug) {
    std::vector<float> host(512);
    for (int i = 0; i < 512; ++i) host[i] = static_cast<float>(i);
    const DeviceArray<float> in(host), out(512);
    simt::launch(pipelined_kernel, 1, 64, 0, nullptr, in.data(), out.data(), bug);
    const auto o = out.read();
    for (int i = 0; i < 512; ++i) {
        if (o[i] != static_cast<float>(i / 64 * 64 + 63 - i % 64)) return false;
    }
    return true;
}

/// Transposes an 8 × 8 matrix of 2-byte values four times over.
__global__ void transpose_kernel(const unsigned short* in, unsigned* out, Bug bug) {
    FEDMRN_SHARED(unsigned short, rows, [8][16]);
    const unsigned i = threadIdx.x;
    for (unsigned e = i; e < 64; e += 32) rows[e / 8][e % 8] = in[e];
    __syncwarp();
    unsigned loaded[4];
    simt::ldmatrix(loaded, &rows[i % 8][bug == Bug::misaligned_row ? 1 : 0], true);
    out[i] = loaded[i % 4];
}
inline bool transpose(Bug bug) {
    std::vector<unsigned short> host(64);
    for (unsigned i = 0; i < 64; ++i) host[i] = static_cast<unsigned short>(i);
    const DeviceArray<unsigned short> in(host);
    const DeviceArray<unsigned> out(32);
    simt::launch(transpose_kernel, 1, 32, 0, nullptr, in.data(), out.data(), bug);
    const auto o = out.read();
    for (unsigned lane = 0; lane < 32; ++lane) {
        const unsigned column = lane / 4, row = lane % 4 * 2;
        if (o[lane] != ((row * 8 + column) | (row * 8 + 8 + column) << 16)) return false;
    }
    return true;
}
