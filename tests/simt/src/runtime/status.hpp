// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <mutex>

#include <cuda_runtime_api.h>

namespace simt::detail {

/// One host thread at a time is inside the API.
class ApiLock {
public:
    ApiLock();

private:
    std::unique_lock<std::recursive_mutex> lock_;
};

/// Makes it the last error, unless it is cudaSuccess, and returns it.
cudaError_t status(cudaError_t error);

} // namespace simt::detail
