// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>

#include "kernels/cuda/cuda_device.hpp"
#include "kernels/device.hpp"

namespace fedmrn::kernels::cuda {

/// A CUDA graph. The host may run ahead of the GPU by `half` to 2 · half replays: enough that the
/// GPU never waits for it, and few enough that progress and a requested stop mean something.
class GraphRecording final : public Recording {
public:
    /// Captures what work queues on the device's stream.
    GraphRecording(const CudaDevice& device, const std::function<void()>& work);
    ~GraphRecording() override;
    void replay() override;

private:
    static constexpr unsigned half = 16;
    const CudaDevice& device_;
    cudaGraphExec_t graph_ = nullptr;
    cudaEvent_t passed_[2] = {};
    unsigned queued_ = 0; ///< replays so far, modulo 2 · half
};

} // namespace fedmrn::kernels::cuda
