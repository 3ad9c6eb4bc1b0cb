// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>

#include "fedmrn/layer.hpp"

// The layers that come with the engine.
namespace fedmrn {

using LayerPtr = std::shared_ptr<const Layer>;

struct Conv2d {
    std::uint32_t out = 1; ///< channels
    std::uint32_t kernel = 3, padding = 0;
    Initial initial = Initial::he();
};
/// Stride-1 convolution of images without a bias: parameter weight [out, kernel, kernel, in].
LayerPtr conv2d(Conv2d options);

struct BatchNorm {
    bool relu = false;
    std::uint32_t pool = 1; ///< window and stride of the max-pool; 1: none; at most 15
};
/// BatchNorm over images or features, then ReLU, then a max-pool, in one go: parameters weight,
/// bias, running_mean and running_var [channels].
LayerPtr batchnorm(BatchNorm options = {});

struct Pooling {
    std::uint32_t window = 2; ///< and stride; at most 15
    bool average = false;     ///< else the largest
    bool bias = false;        ///< one a channel, added before: of the convolution that x comes from
    bool relu = false;        ///< after the bias, before the pool
};
/// Bias, ReLU and pool of images, in one go: parameter bias [channels] where it has one.
LayerPtr pooling(Pooling options = {});

struct Linear {
    std::uint32_t out = 1;
    bool bias = true;
    Initial initial = Initial::he();
};
/// All elements of a row to `out` float32: parameters weight [out, in] and bias [out].
LayerPtr linear(Linear options);

/// max(x, 0) of float32.
LayerPtr relu();

struct Embedding {
    std::uint32_t vocabulary = 1, dim = 1;
    Initial initial = Initial::normal(1);
};
/// A row of weight [vocabulary, dim] for each token (int32 in [0, vocabulary)); x [] or [T]
/// becomes [dim] or [T, dim].
LayerPtr embedding(Embedding options);

/// The sum of two or more values of one type.
LayerPtr sum();

/// [T, …] a sample as […] a token of T, and back: the same bytes.
LayerPtr per_token();
LayerPtr per_sample();

} // namespace fedmrn
