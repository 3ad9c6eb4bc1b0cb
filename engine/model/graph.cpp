// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#include "fedmrn/graph.hpp"

#include <algorithm>
#include <utility>

#include "engine/model/layers/image.hpp"
#include "engine/model/tallies.hpp"
#include "fedmrn/error.hpp"

namespace fedmrn {
namespace {

/// Runs work and puts who it was about before what it found wrong.
template <class Work> auto naming(const std::string& who, const Work& work) {
    try {
        return work();
    } catch (const TooSmall& error) {
        throw TooSmall(who + ": " + error.what());
    } catch (const Error& error) {
        throw Error(who + ": " + error.what(), error.fault());
    }
}

std::vector<std::size_t> ids_of(const std::vector<Value>& values) {
    std::vector<std::size_t> ids;
    for (const Value value : values) {
        ids.push_back(value.id);
    }
    return ids;
}

/// Gives every metric the tally that it reads: the loss' where that counts it along, else its own.
void give_tallies(Model& model) {
    const bool alone = model.losses.size() == 1 && model.losses[0].weight == 1.0;
    bool hits = false; // of several losses one has its hits in their tally
    for (Model::MetricNode& metric : model.metrics) {
        const bool counted = counting_loss(model, metric) != nullptr;
        const bool along = alone || (!hits && metric.metric->reads() == Metric::Reads::hits);
        metric.tally = counted && along ? 0 : model.tallies++;
        hits = hits || metric.tally == 0;
    }
}

/// Whether each value leads to a loss.
std::vector<bool> values_with_a_loss(const Model& model) {
    std::vector<bool> reaches(model.values.size(), false);
    for (const Model::LossNode& loss : model.losses) {
        for (const std::size_t value : loss.in) {
            reaches[value] = true;
        }
    }
    for (std::size_t i = model.nodes.size(); i-- > 0;) {
        for (const std::size_t value : model.nodes[i].in) {
            reaches[value] = reaches[value] || reaches[model.nodes[i].out];
        }
    }
    return reaches;
}

} // namespace

Value Graph::input(const std::string& name, Tensor tensor) {
    for (const Model::Input& other : model_.inputs) {
        if (other.name == name) {
            throw Error("input " + name + ": there is one of this name");
        }
    }
    if (tensor.elements() == 0 || tensor.rows.per == Rows::Per::lane) {
        throw Error("input " + name + ": expected elements for each sample or token, found " +
                    text_of(tensor));
    }
    model_.inputs.push_back({name, model_.values.size()});
    model_.values.push_back(std::move(tensor));
    names_.push_back(name);
    return {model_.values.size() - 1};
}

std::size_t Graph::checked(Value value, const std::string& who) const {
    if (value.id >= model_.values.size()) {
        throw Error(who + ": a value of another graph");
    }
    return value.id;
}

std::vector<Tensor> Graph::tensors_of(const std::string& who, const std::vector<Value>& in) const {
    std::vector<Tensor> tensors;
    for (const Value value : in) {
        tensors.push_back(model_.values[checked(value, who)]);
    }
    return tensors;
}

Value Graph::add(LayerPtr layer, const std::vector<Value>& in, std::string name) {
    if (name.empty()) {
        const std::string prefix = layer->prefix();
        name = prefix + std::to_string(++numbers_[prefix]);
    }
    const std::string who = "layer " + name + " (" + layer->kind() + ")";
    const std::vector<Tensor> tensors = tensors_of(who, in);
    Tensor out = naming(who, [&] { return layer->infer(tensors); });
    if (out.elements() == 0 || out.rows.per == Rows::Per::lane) {
        throw Error(who + ": gives no elements for a sample or token");
    }
    Model::Node node{std::move(layer), name, ids_of(in), model_.values.size(), {}};
    for (Parameter& parameter : node.layer->parameters(tensors)) {
        std::string full = name;
        full.append(".").append(parameter.name);
        if (!taken_.insert(full).second) {
            throw Error(std::string(who).append(": there is a tensor ").append(full));
        }
        pending_.push_back({{full, parameter.role, std::move(parameter.shape), 0, parameter.initial,
                             std::move(parameter.exported)},
                            model_.nodes.size()});
    }
    model_.nodes.push_back(std::move(node));
    model_.values.push_back(std::move(out));
    names_.push_back(std::move(name));
    return {model_.values.size() - 1};
}

void Graph::loss(const std::string& name, std::shared_ptr<const Loss> loss,
                 const std::vector<Value>& in, double weight) {
    const std::string who = "loss " + name + " (" + loss->kind() + ")";
    const std::vector<Tensor> tensors = tensors_of(who, in);
    naming(who, [&] { loss->check(tensors); });
    if (!(weight > 0)) {
        throw Error(who + ": expected a weight above 0, found " + std::to_string(weight));
    }
    model_.losses.push_back({std::move(loss), name, ids_of(in), weight});
}

void Graph::metric(const std::string& name, std::shared_ptr<const Metric> metric,
                   const std::vector<Value>& in) {
    const std::string who = "metric " + name + " (" + metric->kind() + ")";
    const std::vector<Tensor> tensors = tensors_of(who, in);
    naming(who, [&] { metric->check(tensors); });
    const auto plain = [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
               c == '_' || c == '-';
    };
    if (name.empty() || !std::all_of(name.begin(), name.end(), plain)) {
        throw Error(who + ": expected a name of letters, digits, _ and -");
    }
    for (const Model::MetricNode& other : model_.metrics) {
        if (other.name == name) {
            throw Error(who + ": there is one of this name");
        }
    }
    model_.metrics.push_back({std::move(metric), name, ids_of(in)});
}

void Graph::head(const Head& head, Value given, Value wanted) {
    loss("class", head.loss, {given, wanted});
    for (const auto& [name, metric] : head.metrics) {
        this->metric(name, metric, {given, wanted});
    }
}

const Tensor& Graph::tensor(Value value) const { return model_.values[checked(value)]; }

const std::string& Graph::name(Value value) const { return names_[checked(value)]; }

void Graph::lay_out() {
    ParameterLayout& layout = model_.layout;
    for (Model::Node& node : model_.nodes) {
        node.parameters.clear();
    }
    std::vector<std::size_t> index(pending_.size()); // of each pending tensor in the layout
    for (const Role role : {Role::masked, Role::dense, Role::statistic}) {
        for (std::size_t i = 0; i < pending_.size(); ++i) {
            if (pending_[i].tensor.role != role) {
                continue;
            }
            index[i] = layout.tensors.size();
            layout.tensors.push_back(pending_[i].tensor);
            layout.tensors.back().offset = layout.state;
            layout.state += layout.tensors.back().elements();
        }
        layout.masked = role == Role::masked ? layout.state : layout.masked;
        layout.trainable = role != Role::statistic ? layout.state : layout.trainable;
    }
    for (std::size_t i = 0; i < pending_.size(); ++i) {
        model_.nodes[pending_[i].node].parameters.push_back(index[i]);
    }
}

Model Graph::finish(const std::string& name) {
    const std::string who = "model " + name;
    if (model_.losses.empty()) {
        throw Error(who + ": no loss");
    }
    const std::vector<bool> reaches = values_with_a_loss(model_);
    for (const Pending& pending : pending_) {
        const Model::Node& node = model_.nodes[pending.node];
        if (pending.tensor.role != Role::statistic && !reaches[node.out]) {
            throw Error(who + ": layer " + node.name + " (" + node.layer->kind() +
                        "): no loss depends on it");
        }
    }
    const auto same_rows = [&](const std::string& what, const std::vector<std::size_t>& in) {
        const std::size_t first = model_.losses[0].in.at(0);
        if (model_.values[in.at(0)].rows != model_.values[first].rows) {
            throw Error(who + ": " + what + ": counts other rows than loss " +
                        model_.losses[0].name);
        }
    };
    for (const Model::LossNode& loss : model_.losses) {
        same_rows("loss " + loss.name, loss.in);
    }
    for (const Model::MetricNode& metric : model_.metrics) {
        same_rows("metric " + metric.name, metric.in);
    }
    give_tallies(model_);
    lay_out();
    model_.name = name;
    return std::exchange(*this, Graph()).model_;
}

} // namespace fedmrn
