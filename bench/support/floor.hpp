// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/model/layers/convolution.hpp"
#include "fedmrn/model.hpp"

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
inline double training_flops(const Model& model) {
    double sum = 0;
    for (const Model::Node& node : model.nodes) {
        const Tensor &in = model.values[node.in[0]], &out = model.values[node.out];
        double once = 0;
        if (const auto* layer = dynamic_cast<const Convolution*>(node.layer.get())) {
            once = convolution_flops(layer->shape(in, 1, 1));
        } else if (node.layer->kind() == "linear") {
            once = 2 * static_cast<double>(in.elements() * out.elements());
        }
        sum += once * (&node == &model.nodes.front() ? 2 : 3);
    }
    return sum;
}

} // namespace fedmrn::bench
