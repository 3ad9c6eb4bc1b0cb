// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "fedmrn/head.hpp"
#include "fedmrn/layers.hpp"
#include "fedmrn/loss.hpp"
#include "fedmrn/model.hpp"

#pragma GCC visibility push(default)
namespace fedmrn {

/// Something that a graph computes, or is given.
struct Value {
    std::size_t id = 0;
};

/// Puts a model together: values go through layers and end in losses and metrics. A value may be
/// used any number of times; its gradients are added. Shapes are checked as layers are added; every
/// error is one line that names the layer, loss or metric.
class Graph {
public:
    /// What a batch holds. An experiment fills it from the data set's column of this name.
    Value input(const std::string& name, Tensor tensor);

    /// A layer on these values. Its tensors are called <name>.<parameter>; without a name it is
    /// the layer's prefix and a number. Layers may share a name as long as their tensors do not.
    Value add(LayerPtr layer, const std::vector<Value>& in, std::string name = {});

    /// What is made small: weight × its mean, all of them added.
    void loss(const std::string& name, std::shared_ptr<const Loss> loss,
              const std::vector<Value>& in, double weight = 1.0);
    /// What is measured, any number of them; the first is what charts and tables show. name: of its
    /// column in files, letters, digits, _ and -.
    void metric(const std::string& name, std::shared_ptr<const Metric> metric,
                const std::vector<Value>& in);

    /// The loss and all metrics of a head: of what a model gives, and what that is held against.
    void head(const Head& head, Value given, Value wanted);

    [[nodiscard]] const Tensor& tensor(Value value) const;
    /// Of the layer or input that a value comes from.
    [[nodiscard]] const std::string& name(Value value) const;

    /// Lays out the state: all masked tensors in the order of the layers, then the dense ones, then
    /// statistics. Throws where there is no loss, or where a parameter reaches none. The graph is
    /// empty afterwards.
    Model finish(const std::string& name);

private:
    std::size_t checked(Value value, const std::string& who = "graph") const;
    std::vector<Tensor> tensors_of(const std::string& who, const std::vector<Value>& in) const;
    void lay_out();

    Model model_;
    std::vector<std::string> names_;          ///< of the maker of each value
    std::map<std::string, unsigned> numbers_; ///< given out, of each prefix
    std::set<std::string> taken_;             ///< names of tensors
    struct Pending {
        TensorSpec tensor;
        std::size_t node;
    };
    std::vector<Pending> pending_;
};

} // namespace fedmrn
#pragma GCC visibility pop
