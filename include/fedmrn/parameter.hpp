// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#pragma GCC visibility push(default)
namespace fedmrn {

/// What a tensor of the state is to the algorithm.
enum class Role {
    masked,    ///< convolution and linear weights: trained, sent as the method says
    dense,     ///< biases, BatchNorm γ and β: trained, always sent as float32
    statistic, ///< BatchNorm running mean and variance: not trained, always sent as float32
};

/// What a tensor starts as.
struct Initial {
    enum class Kind { constant, normal, he };
    Kind kind = Kind::constant;
    float value = 0; ///< the constant; normal: the deviation

    static constexpr Initial constant(float value) { return {Kind::constant, value}; }
    /// N(0, deviation²).
    static constexpr Initial normal(float deviation) { return {Kind::normal, deviation}; }
    /// N(0, 2 / fan-in), fan-in the elements of one of shape[0] rows (He et al., ICCV 2015).
    static constexpr Initial he() { return {Kind::he, 0}; }
};

/// How a tensor is written for PyTorch: its elements [rows][pixels][channels] become
/// [rows][channels][pixels] and get this shape. An empty shape: as it is stored.
struct Exported {
    std::size_t pixels = 1, channels = 1;
    std::vector<std::size_t> shape = {};
};

/// A tensor that a layer asks for.
struct Parameter {
    std::string name; ///< "weight"; the state calls it conv1.weight
    Role role = Role::masked;
    std::vector<std::size_t> shape;
    Initial initial = {};
    Exported exported = {};
};

/// One tensor of the flat state vector. Convolution weights are stored [out, height, width, in],
/// linear weights [out, in].
struct TensorSpec {
    std::string name;
    Role role = Role::masked;
    std::vector<std::size_t> shape;
    std::size_t offset = 0; ///< of its first element in the state vector
    Initial initial = {};
    Exported exported = {};
    [[nodiscard]] std::size_t elements() const;
};

/// The state vector of a model: all masked tensors, then all dense ones, then all statistics.
struct ParameterLayout {
    std::vector<TensorSpec> tensors;
    std::size_t masked = 0;    ///< elements in masked tensors
    std::size_t trainable = 0; ///< masked + dense
    std::size_t state = 0;     ///< trainable + statistics
};

} // namespace fedmrn
#pragma GCC visibility pop
