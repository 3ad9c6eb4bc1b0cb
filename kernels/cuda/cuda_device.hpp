// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <vector>

#include "kernels/contract.hpp"
#include "kernels/cuda/cuda.hpp"
#include "kernels/cuda/fetch.hpp"
#include "kernels/cuda/staging.hpp"

namespace fedmrn::kernels::cuda {

/// The CUDA device's table.
const Backend& backend();

/// Who uses a piece of scratch memory.
enum class Scratch : std::size_t {
    batchnorm_sums,
    batchnorm_coefficients,
    batchnorm_counters, ///< zero between two launches
    pooling_sums,
    weight_sums,
    binary_sums,
    clients,
    selection,
    frozen_values,
    slots ///< how many there are
};

/// Makes a GPU this thread's current one, by which launches and reservations go.
void use_gpu(int ordinal);

/// One GPU and a stream on it, with a second one for what may go beside. Whatever is queued makes
/// it the calling thread's current GPU, which stays so. The contracts of a local step (all but
/// start_lanes, those of messages and the server's) neither allocate nor wait once they have run at
/// their size, so that a stream capture can record them.
class CudaDevice final : public Device {
public:
    /// precision: tf32, or float32 products as they are. ordinal: as CUDA counts GPUs. given: to
    /// queue on, somebody else's; null: its own.
    explicit CudaDevice(Precision precision = Precision::fp32, int ordinal = 0,
                        cudaStream_t given = nullptr);
    ~CudaDevice() override;

    [[nodiscard]] DeviceKind kind() const override { return DeviceKind::cuda; }
    [[nodiscard]] const Backend& backend() const override { return cuda::backend(); }
    [[nodiscard]] LaneMode lane_mode() const override { return LaneMode::lockstep; }
    DevicePointer<void> allocate(std::size_t bytes) override;
    void release(DevicePointer<void> memory) noexcept override;
    void copy_in(DevicePointer<void> device, const void* host, std::size_t bytes) override;
    void copy_out(void* host, DevicePointer<const void> device, std::size_t bytes) override;
    void copy_within(DevicePointer<void> to, DevicePointer<const void> from,
                     std::size_t bytes) override;
    void clear(DevicePointer<void> memory, std::size_t bytes) override;
    void synchronize() override;
    std::unique_ptr<Fetch> fetch(DevicePointer<const void> device, std::size_t bytes) override;
    std::unique_ptr<Recording> record(const std::function<void()>& work) override;
    /// `one` goes to a second stream, which a recording makes a branch of its graph.
    void beside(const std::function<void()>& one, const std::function<void()>& other) override;
    [[nodiscard]] std::size_t free_memory() const override;
    void push_range(const char* name, std::uint64_t number) override;
    void pop_range() override;
    void profile(bool on) override;

    /// Where work is queued: the device's stream, or its second one, inside of beside().
    [[nodiscard]] cudaStream_t stream() const {
        use_gpu(ordinal_);
        return stream_;
    }
    [[nodiscard]] std::size_t multiprocessors() const { return multiprocessors_; }

    /// At least `bytes` of scratch memory, valid until the next call with the same slot. Growing
    /// allocates, which a capture refuses: a step runs once before it is captured. Memory that was
    /// outgrown is kept, since a captured graph may still point at it.
    void* scratch(Scratch slot, std::size_t bytes);

    /// A list that the next contract on this slot reads, copied into scratch memory.
    template <class T> const T* list(Scratch slot, std::span<const T> items) {
        void* memory = scratch(slot, items.size_bytes());
        staging_.copy_in(stream(), memory, items.data(), items.size_bytes());
        return static_cast<const T*>(memory);
    }

    /// Float32 products on the tensor cores: factors rounded to tf32 (11 significant bits), sums in
    /// float32.
    bool tensor_floats;

private:
    struct Block {
        DevicePointer<void> memory;
        std::size_t bytes = 0;
    };
    int ordinal_;
    bool owns_stream_;
    cudaStream_t stream_, second_ = nullptr;
    cudaEvent_t forked_ = nullptr, joined_ = nullptr;
    std::size_t multiprocessors_;
    Staging staging_;
    Fetching fetching_;
    std::array<Block, static_cast<std::size_t>(Scratch::slots)> scratch_;
    std::vector<DevicePointer<void>> outgrown_;
};

inline CudaDevice& cuda_device(Device& device) { return static_cast<CudaDevice&>(device); }

} // namespace fedmrn::kernels::cuda
