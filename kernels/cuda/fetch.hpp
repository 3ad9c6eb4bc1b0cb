// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <memory>
#include <vector>

#include <cuda_runtime_api.h>

#include "kernels/device.hpp"

namespace fedmrn::kernels::cuda {

/// Pinned memory that fetches come into. A block goes back when its Fetch ends and is used again.
class Fetching {
public:
    Fetching() = default;
    Fetching(const Fetching&) = delete;
    Fetching& operator=(const Fetching&) = delete;
    ~Fetching();

    std::unique_ptr<Fetch> fetch(cudaStream_t stream, const void* device, std::size_t bytes);

private:
    class Coming;
    struct Block {
        void* memory = nullptr;
        std::size_t bytes = 0;
        cudaEvent_t arrived = nullptr;
    };
    /// A free block that is large enough, the smallest of them; a new one where there is none.
    Block take(std::size_t bytes);

    std::vector<Block> free_;
};

} // namespace fedmrn::kernels::cuda
