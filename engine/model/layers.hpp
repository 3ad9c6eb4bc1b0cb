// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "fedmrn/model.hpp"
#include "kernels/activation.hpp"
#include "kernels/batchnorm.hpp"
#include "kernels/convolution.hpp"
#include "kernels/linear.hpp"
#include "kernels/pooling.hpp"

namespace fedmrn {

/// A layer as the kernels see it.
inline kernels::ConvolutionShape convolution_shape(const LayerSpec& layer, std::size_t lanes,
                                                   std::size_t batch, Real real) {
    return {.lanes = lanes,
            .batch = batch,
            .height = layer.in.height,
            .width = layer.in.width,
            .in = layer.in.channels,
            .out = layer.out.channels,
            .kernel = layer.kernel,
            .padding = layer.padding,
            .real = real};
}

inline kernels::BatchnormShape batchnorm_shape(const LayerSpec& layer, std::size_t lanes,
                                               std::size_t batch, Real real) {
    return {.lanes = lanes,
            .batch = batch,
            .height = layer.in.height,
            .width = layer.in.width,
            .channels = layer.in.channels,
            .relu = layer.relu,
            .pool = layer.pool,
            .real = real};
}

inline kernels::PoolingShape pooling_shape(const LayerSpec& layer, std::size_t lanes,
                                           std::size_t batch, Real real) {
    return {.lanes = lanes,
            .batch = batch,
            .height = layer.in.height,
            .width = layer.in.width,
            .channels = layer.in.channels,
            .pool = layer.average ? kernels::Pool::average : kernels::Pool::max,
            .window = layer.pool,
            .stride = layer.pool,
            .relu = layer.relu,
            .real = real};
}

/// Whether a layer remembers which element of a window was the largest, for the way back.
inline bool keeps_choice(const LayerSpec& layer) {
    return layer.pool > 1 && (layer.kind == LayerKind::batchnorm ||
                              (layer.kind == LayerKind::pooling && !layer.average));
}

inline kernels::LinearShape linear_shape(const LayerSpec& layer, std::size_t lanes,
                                         std::size_t batch, Real real) {
    return {.lanes = lanes,
            .batch = batch,
            .in = layer.in.size(),
            .out = layer.out.size(),
            .real = real};
}

/// A linear layer computes in float32 and hands float32 on; only what it reads may be narrower.
inline Real output_real(const LayerSpec& layer, Real real) {
    return layer.kind == LayerKind::linear || layer.kind == LayerKind::relu ? Real::f32 : real;
}

} // namespace fedmrn
