// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <tuple>

#include <oneapi/dnnl/dnnl.hpp>

#include "kernels/convolution.hpp"

namespace fedmrn::kernels::cpu {

/// oneDNN's primitives of one convolution at one batch size. Images are channels-last, as the
/// engine has them; weights go through a reorder into the layout that the primitive likes best.
struct Convolution {
    Convolution(const dnnl::engine& engine, const ConvolutionShape& shape, std::size_t samples);

    dnnl::memory images, outputs; ///< no memory of their own: bound to the caller's
    dnnl::memory weights;         ///< the engine's layout, float32; likewise bound
    dnnl::convolution_forward forward;
    dnnl::convolution_backward_data backward_data;
    dnnl::convolution_backward_weights backward_weights;
    dnnl::memory forward_weights, backward_data_weights, gradient; ///< the primitives' layouts
    dnnl::reorder to_forward, to_backward_data, from_gradient;
};

/// Made at first use, kept for the device's life: one entry a shape and batch size.
struct ConvolutionCache {
    Convolution& get(const dnnl::engine& engine, const ConvolutionShape& shape,
                     std::size_t samples);

private:
    using Key = std::tuple<std::size_t, std::size_t, std::size_t, std::size_t, std::size_t,
                           std::size_t, std::size_t, Real>;
    std::map<Key, Convolution> entries_;
};

} // namespace fedmrn::kernels::cpu
