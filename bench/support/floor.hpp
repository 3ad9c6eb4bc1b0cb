// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/model/layers.hpp"

namespace fedmrn::bench {

/// Positions of the kernel that fall on the image and not on its padding, summed over one axis of
/// the output.
inline double taps(std::size_t in, std::size_t out, std::size_t kernel, std::size_t padding) {
    std::size_t sum = 0;
    for (std::size_t o = 0; o < out; ++o) {
        for (std::size_t k = 0; k < kernel; ++k) {
            sum += o + k >= padding && o + k < in + padding;
        }
    }
    return static_cast<double>(sum);
}

/// Of one image, one way: forward, backward data and backward weights have as many.
inline double convolution_flops(const kernels::ConvolutionShape& s) {
    return 2 * static_cast<double>(s.in * s.out) *
           taps(s.height, s.out_height(), s.kernel, s.padding) *
           taps(s.width, s.out_width(), s.kernel, s.padding);
}

/// Of one image's local training: forward, and backward for the weights and, but for the first
/// layer, the data.
inline double training_flops(const ModelSpec& model) {
    double sum = 0;
    for (const LayerSpec& layer : model.layers) {
        double once = 0;
        if (layer.kind == LayerKind::convolution) {
            once = convolution_flops(convolution_shape(layer, 1, 1, Real::f32));
        } else if (layer.kind == LayerKind::linear) {
            once = 2 * static_cast<double>(layer.in.size() * layer.out.size());
        }
        sum += once * (&layer == &model.layers.front() ? 2 : 3);
    }
    return sum;
}

} // namespace fedmrn::bench
