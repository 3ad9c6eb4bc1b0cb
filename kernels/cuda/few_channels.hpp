// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "kernels/convolution.hpp"
#include "kernels/cuda/cuda_device.hpp"

// Convolutions of images of few channels, as a model's first layer sees them: 1 or 3, kernels of 3
// or 5. Their receptive fields are too short for tensor cores and lie badly in memory; they are
// multiplied directly, in float32.
namespace fedmrn::kernels::cuda {

[[nodiscard]] bool has_few_channels(const ConvolutionShape& shape);

/// For shapes with few channels; T: float or formula::Bf16, of which weights are rounded to bf16.
template <class T>
void few_channels_forward(CudaDevice& cuda, const ConvolutionShape& shape, const LaneState* states,
                          const T* x, PerLane<const float> w, T* y);
template <class T>
void few_channels_weights(CudaDevice& cuda, const ConvolutionShape& shape, const LaneState* states,
                          const T* x, const T* dy, PerLane<float> dw);

} // namespace fedmrn::kernels::cuda
