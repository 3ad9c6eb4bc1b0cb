// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <vector>

#include "fedmrn/dataset.hpp"

namespace fedmrn {

/// What a tensor of the state is to the algorithm.
enum class Role {
    masked,    ///< convolution and linear weights: trained, sent as the method says
    dense,     ///< biases, BatchNorm γ and β: trained, always sent as float32
    statistic, ///< BatchNorm running mean and variance: not trained, always sent as float32
};

/// One tensor of the flat state vector. Convolution weights are stored [out, height, width, in],
/// linear weights [out, in].
struct TensorSpec {
    std::string name;
    Role role = Role::masked;
    std::vector<std::size_t> shape;
    std::size_t offset = 0; ///< of its first element in the state vector
    [[nodiscard]] std::size_t elements() const;
};

/// The state vector of a model: all masked tensors, then all dense ones, then all statistics.
struct ParameterLayout {
    std::vector<TensorSpec> tensors;
    std::size_t masked = 0;    ///< elements in masked tensors
    std::size_t trainable = 0; ///< masked + dense
    std::size_t state = 0;     ///< trainable + statistics
};

enum class LayerKind { convolution, batchnorm, relu, linear, pooling };

/// One layer; fields that its kind does not use stay zero. Offsets point into the state vector.
struct LayerSpec {
    LayerKind kind = LayerKind::relu;
    ImageShape in, out;
    std::uint32_t kernel = 0, padding = 0; ///< convolution, stride 1
    bool relu = false;                     ///< batchnorm: on its output; pooling: before it
    std::uint32_t pool = 1;                ///< window and stride of pooling, or of the max-pool
                                           ///< after a batchnorm
    bool average = false;                  ///< pooling: average, else the largest
    std::size_t weight = 0, bias = 0;      ///< weight or γ; bias or β
    bool has_bias = false;                 ///< linear; pooling: the bias of the convolution before
    std::size_t mean = 0, variance = 0;    ///< batchnorm running statistics
};

/// A model as data: its layers in order and the layout of its state.
struct ModelSpec {
    std::string name;
    ImageShape input;
    std::uint32_t classes = 0;
    std::vector<LayerSpec> layers;
    ParameterLayout layout;
};

/// Builds "logistic", "mlp", "lenet5", "cnn2", "cnn4" or "cnn8" for a data set's shape. Throws
/// Error for another name, or where the samples are too small for the model.
ModelSpec make_model(const std::string& name, ImageShape input, std::uint32_t classes);

/// A model that model.name can say, for samples of a shape and so many classes.
struct ModelEntry : Part {
    std::function<ModelSpec(const Options&, ImageShape, std::uint32_t classes)> make = {};
};
Registry<ModelEntry>& models();

/// The state every run with this seed starts from.
std::vector<float> initial_state(const ModelSpec& model, std::uint64_t seed);

/// 16 hex digits of the state's bytes (FNV-1a, 64 bits).
std::string state_hash(std::span<const float> state);

} // namespace fedmrn
