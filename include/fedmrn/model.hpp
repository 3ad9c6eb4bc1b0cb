// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "fedmrn/dataset.hpp"
#include "fedmrn/parameter.hpp"
#include "fedmrn/tensor.hpp"

namespace fedmrn {

class Layer;
class Loss;
class Metric;

/// A model: values, the layers between them in the order of their making, losses, and the layout of
/// its state. Graph makes it; objects are shared, so copies are cheap.
struct Model {
    /// A value that a batch brings along.
    struct Input {
        std::string name;
        std::size_t value = 0;
    };
    struct Node {
        std::shared_ptr<const Layer> layer;
        std::string name;
        std::vector<std::size_t> in; ///< values
        std::size_t out = 0;
        std::vector<std::size_t> parameters; ///< indices of layout.tensors, as the layer lists them
    };
    struct LossNode {
        std::shared_ptr<const Loss> loss;
        std::string name;
        std::vector<std::size_t> in;
        double weight = 1;
    };
    struct MetricNode {
        std::shared_ptr<const Metric> metric;
        std::string name;
        std::vector<std::size_t> in;
    };

    std::string name;
    ImageShape input;          ///< of input "x": an image's, else 1 × 1 × elements
    std::uint32_t classes = 0; ///< elements of what the first loss looks at
    std::vector<Tensor> values;
    std::vector<Input> inputs;
    std::vector<Node> nodes;
    std::vector<LossNode> losses;
    std::vector<MetricNode> metrics;
    ParameterLayout layout;
};
using ModelSpec = Model; ///< as the other rooms call it

/// A model that comes with the engine.
struct ZooEntry {
    const char* name;
    const char* help; ///< one line
    Model (*make)(ImageShape input, std::uint32_t classes);
};
/// All of them, in the order in which messages list them.
std::span<const ZooEntry> zoo();

/// Builds a model of zoo() for a data set's shape. Throws Error for another name, or where the
/// samples are too small for the model.
Model make_model(const std::string& name, ImageShape input, std::uint32_t classes);

/// The state every run with this seed starts from.
std::vector<float> initial_state(const Model& model, std::uint64_t seed);

/// 16 hex digits of the state's bytes (FNV-1a, 64 bits).
std::string state_hash(std::span<const float> state);

} // namespace fedmrn
