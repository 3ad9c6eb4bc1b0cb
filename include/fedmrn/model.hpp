// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "fedmrn/columns.hpp"
#include "fedmrn/measure.hpp"
#include "fedmrn/parameter.hpp"
#include "fedmrn/registry.hpp"
#include "fedmrn/tensor.hpp"

#pragma GCC visibility push(default)
namespace fedmrn {

class Layer;
class Loss;
class Metric;
struct Head;
struct ModelConfig;
struct LaneMetrics;

/// A model: values, the layers between them in the order of their making, losses, metrics, and the
/// layout of its state. Graph makes it; objects are shared, so copies are cheap.
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
        std::size_t tally = 0; ///< which it reads; 0: the loss', which counts it along
    };

    std::string name;
    std::vector<Tensor> values;
    std::vector<Input> inputs;
    std::vector<Node> nodes;
    std::vector<LossNode> losses;
    std::vector<MetricNode> metrics; ///< the first is what a run is judged by
    std::size_t tallies = 1;         ///< of an evaluation: the loss', and of metrics apart
    ParameterLayout layout;

    /// What is put into the input of a name. Throws Error where there is none.
    [[nodiscard]] const Tensor& input(std::string_view wanted) const;
    /// What the integers of a value are read as by the layers, losses and metrics that it goes to:
    /// 0 … below − 1. 0: nobody minds.
    [[nodiscard]] std::uint32_t below(std::size_t value) const;
};

/// A model that model.name can say, made for the columns of a data set; Graph::head gives it the
/// loss and the metrics of the head.
struct ModelEntry : Part {
    std::function<Model(const Options&, const DataShape&, const Head&)> make = {};
};
Registry<ModelEntry>& models();

/// Builds the registered model that [model] names, with its loss and its metrics. Throws Error for
/// a name or options that there are not, or where the columns are not what the model is made for.
Model make_model(const ModelConfig& config, const DataShape& data);
/// With cross-entropy and accuracy.
Model make_model(const Choice& choice, const DataShape& data);

/// What the model's metrics are, in their order.
std::vector<Measure> measures_of(const Model& model);
/// What the tallies of an evaluation [Model::tallies], of one row or more, come to: a value of each
/// metric.
std::vector<double> metric_values(const Model& model, std::span<const LaneMetrics> tallies);

/// The state every run with this seed starts from.
std::vector<float> initial_state(const Model& model, std::uint64_t seed);

/// 16 hex digits of the state's bytes (FNV-1a, 64 bits).
std::string state_hash(std::span<const float> state);

} // namespace fedmrn
#pragma GCC visibility pop
