// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// nvcuda::wmma: NVIDIA's own, or the simulator's answer to it.
#include <cuda_bf16.h>

#if defined(__CUDACC__)
#include <mma.h>
#else
#include <simt/wmma.hpp>
#endif
