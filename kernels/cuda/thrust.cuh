// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>

#if defined(__CUDACC__)
#include <thrust/execution_policy.h>
#include <thrust/system_error.h>
#else
#include <simt/thrust.hpp>
#endif

#include "fedmrn/error.hpp"
#include "kernels/cuda/cuda_device.hpp"

namespace fedmrn::kernels::cuda {

/// Where Thrust's algorithms get their temporary memory: the device's pool, in the stream's order.
class ThrustMemory {
public:
    using value_type = char;
    explicit ThrustMemory(CudaDevice& device) : device_(device) {}
    char* allocate(std::ptrdiff_t bytes) {
        return static_cast<char*>(device_.allocate(static_cast<std::size_t>(bytes)).get());
    }
    void deallocate(char* memory, std::size_t) {
        device_.release(DevicePointer<char>::from_device(memory));
    }

private:
    CudaDevice& device_;
};

/// Calls algorithm(policy) with the policy that runs on the device's stream.
template <class Algorithm> auto with_thrust(CudaDevice& device, const Algorithm& algorithm) {
#if defined(__CUDACC__)
    ThrustMemory memory(device);
    try {
        return algorithm(thrust::cuda::par(memory).on(device.stream()));
    } catch (const thrust::system_error& error) {
        throw Error(std::string("cuda: Thrust: ") + error.what(), Fault::run);
    }
#else
    return simt::thrust_on(device.stream(), algorithm);
#endif
}

} // namespace fedmrn::kernels::cuda
