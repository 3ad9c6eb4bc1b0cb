// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <memory>

#include "fedmrn/layer.hpp"
#include "fedmrn/registry.hpp"

// The layers that come with the engine.
#pragma GCC visibility push(default)
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

/// A row of any shape as [elements]: the same bytes.
LayerPtr flatten();

/// A layer by name, which the list of a sequential model can say.
struct LayerEntry : Part {
    /// x: what it is put on.
    std::function<LayerPtr(const Options&, const Tensor& x)> make = {};
    /// Whether its tensors are called as those of the layer before: a bias, the convolution's.
    std::function<bool(const Options&)> joins = {};
};
Registry<LayerEntry>& layers();

/// Throws Error for a name that there is not, and for options that it does not take or that are
/// missing.
void check_layer(const Choice& choice);
/// The layer that a choice names. Throws Error as check_layer.
LayerPtr make_layer(const Choice& choice, const Tensor& x);

} // namespace fedmrn
#pragma GCC visibility pop
