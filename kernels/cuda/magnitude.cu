// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#include <thrust/functional.h>
#include <thrust/transform_reduce.h>

#include "kernels/cuda/cuda_device.hpp"
#include "kernels/cuda/thrust.cuh"
#include "kernels/update.hpp"

namespace fedmrn::kernels::cuda {
namespace {

struct MagnitudeBits {
    __host__ __device__ std::uint32_t operator()(float value) const {
        return formula::magnitude_bits(value);
    }
};

float largest_magnitude(Device& device, std::size_t elements, const float* values) {
    const std::uint32_t largest = with_thrust(cuda_device(device), [&](const auto& policy) {
        return thrust::transform_reduce(policy, values, values + elements, MagnitudeBits{},
                                        std::uint32_t{0}, thrust::maximum<std::uint32_t>());
    });
    return formula::magnitude(largest);
}

} // namespace

void magnitude_contracts(Backend& backend) {
    backend.set(kernels::largest_magnitude, largest_magnitude);
}

} // namespace fedmrn::kernels::cuda
