// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0

// Without --fmad=false nvcc makes one fma of it: the mistake that ptx.bits is there to find.
__global__ void contracted(const float* a, const float* b, float* c) {
    const unsigned i = threadIdx.x;
    c[i] = a[i] * b[i] + c[i];
}
