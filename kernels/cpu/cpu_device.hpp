// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <vector>

#include <oneapi/dnnl/dnnl.hpp>

#include "kernels/cpu/backend.hpp"
#include "kernels/host_device.hpp"

namespace fedmrn::kernels::cpu {

struct ConvolutionCache;

/// The CPU: contracts run at once, on the calling thread, with single-threaded primitives; a lane
/// is a thread with a device of its own.
class CpuDevice : public HostDevice {
public:
    CpuDevice();
    ~CpuDevice() override;

    [[nodiscard]] const Backend& backend() const override { return cpu::backend(); }
    DevicePointer<void> allocate(std::size_t bytes) override;
    void release(DevicePointer<void> memory) noexcept override;
    [[nodiscard]] std::size_t free_memory() const override;

    /// At least `floats` of scratch memory, valid until the next call with the same slot.
    float* scratch(std::size_t slot, std::size_t floats);

    dnnl::engine engine;
    dnnl::stream stream;
    std::unique_ptr<ConvolutionCache> convolutions;

private:
    std::vector<std::vector<float>> scratch_;
};

inline CpuDevice& cpu_device(Device& device) { return static_cast<CpuDevice&>(device); }

/// oneDNN takes its thread count from OpenMP, one setting a calling thread: one while this lives,
/// since threads inside a primitive collapse on a shared machine and could change how a sum is
/// split. The thread may be of a program that links the library, so its own setting comes back.
class SingleThreaded {
public:
    SingleThreaded();
    ~SingleThreaded();
    SingleThreaded(const SingleThreaded&) = delete;
    SingleThreaded& operator=(const SingleThreaded&) = delete;

private:
    int before_;
};

} // namespace fedmrn::kernels::cpu
