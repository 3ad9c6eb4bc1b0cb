// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#include "kernels/cuda/fetch.hpp"

#include <algorithm>

#include "kernels/cuda/check.hpp"

namespace fedmrn::kernels::cuda {

class Fetching::Coming final : public Fetch {
public:
    Coming(Fetching& owner, Block block, std::size_t size)
        : owner_(owner), block_(block), size_(size) {}
    /// A later fetch into this block is behind this one on the same stream: no need to wait.
    ~Coming() override { owner_.free_.push_back(block_); }
    std::span<const std::byte> bytes() override {
        check(cudaEventSynchronize(block_.arrived), "waiting for the device");
        return {static_cast<const std::byte*>(block_.memory), size_};
    }

private:
    Fetching& owner_;
    Block block_;
    std::size_t size_;
};

Fetching::~Fetching() {
    for (const Block& block : free_) {
        cudaEventDestroy(block.arrived);
        cudaFreeHost(block.memory);
    }
}

Fetching::Block Fetching::take(std::size_t bytes) {
    const auto best = std::min_element(free_.begin(), free_.end(), [&](auto& a, auto& b) {
        const bool fits_a = a.bytes >= bytes, fits_b = b.bytes >= bytes;
        return fits_a != fits_b ? fits_a : a.bytes < b.bytes;
    });
    Block block;
    if (best != free_.end() && best->bytes >= bytes) {
        block = *best;
        free_.erase(best);
        return block;
    }
    block.bytes = std::max<std::size_t>(bytes, 4096);
    check(cudaMallocHost(&block.memory, block.bytes), "reserving pinned memory");
    check(cudaEventCreateWithFlags(&block.arrived, cudaEventDisableTiming), "creating an event");
    return block;
}

std::unique_ptr<Fetch> Fetching::fetch(cudaStream_t stream, const void* device, std::size_t bytes) {
    const Block block = take(bytes);
    auto coming = std::make_unique<Coming>(*this, block, bytes);
    if (bytes != 0) {
        check(cudaMemcpyAsync(block.memory, device, bytes, cudaMemcpyDeviceToHost, stream),
              "copying from the device");
    }
    check(cudaEventRecord(block.arrived, stream), "recording an event");
    return coming;
}

} // namespace fedmrn::kernels::cuda
