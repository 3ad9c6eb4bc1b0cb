// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0

// 128 values are alive at once, in a block that leaves 32 registers a thread.
__global__ void __launch_bounds__(1024, 2) spill(const float* in, float* out) {
    float values[128];
#pragma unroll
    for (int i = 0; i < 128; ++i) values[i] = in[i * 1024 + threadIdx.x];
    __syncthreads();
#pragma unroll
    for (int i = 0; i < 128; ++i) out[i * 1024 + threadIdx.x] = values[127 - i] * values[i];
}
