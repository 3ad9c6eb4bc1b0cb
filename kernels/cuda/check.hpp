// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cuda_runtime_api.h>

namespace fedmrn::kernels::cuda {

/// Throws Error (Fault::run) where a CUDA call failed; doing: what it was for, as in "copying to
/// the device".
void check(cudaError_t status, const char* doing);

} // namespace fedmrn::kernels::cuda
