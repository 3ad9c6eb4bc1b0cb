// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#include "engine/model/network.hpp"

#include <algorithm>
#include <mutex>
#include <set>
#include <string>

#include "engine/model/layers/reals.hpp"
#include "engine/model/tallies.hpp"
#include "kernels/lanes.hpp"
#include "kernels/sum.hpp"

namespace fedmrn {
namespace {

/// The text for as long as the program runs: a profiler keeps the pointer.
const char* lasting(const std::string& text) {
    static std::mutex mutex;
    static std::set<std::string> texts;
    const std::lock_guard lock(mutex);
    return texts.insert(text).first->c_str();
}

kernels::SumShape sum_shape(const Place& place, std::size_t lanes) {
    return {.lanes = lanes,
            .batch = place.room,
            .size = place.tensor.elements(),
            .real = real_of(place.tensor.element)};
}

} // namespace

Network::Network(Device& device, const Model& model, std::size_t lanes, std::size_t batch,
                 Real real, bool training)
    : device_(device), model_(model), lanes_(lanes), batch_(batch), real_(real),
      values_(decided(model, real)) {
    require_device();
    const Plan plan = make_plan(model_, values_, lanes, batch, training);
    memory_ = Buffer<std::byte>(device, plan.bytes);
    offsets_ = plan.values;
    add_axes();
    add_layers(plan);
    add_losses(plan);
}

void Network::require_device() const {
    const auto require = [&](const auto& part, const std::string& name) {
        if (!part.runs_on(device_.kind())) {
            throw Error("model " + model_.name + ": " + name + " (" + part.kind() +
                        "): not written for this device");
        }
    };
    for (const Model::Node& node : model_.nodes) {
        require(*node.layer, "layer " + node.name);
    }
    for (const Model::LossNode& node : model_.losses) {
        require(*node.loss, "loss " + node.name);
    }
    for (const Model::MetricNode& node : model_.metrics) {
        require(*node.metric, "metric " + node.name);
    }
}

void Network::add_axes() {
    for (const Tensor& value : values_) {
        const bool known = std::any_of(axes_.begin(), axes_.end(),
                                       [&](const Axis& axis) { return axis.rows == value.rows; });
        if (!known && value.rows != Rows{}) {
            axes_.push_back({value.rows, Buffer<LaneState>(device_, lanes_),
                             Buffer<std::uint32_t>(device_, value.rows.ragged ? lanes_ : 0)});
        }
    }
}

DevicePointer<std::byte> Network::at(std::size_t offset) {
    // A device that only counts gives no memory.
    return offset != Plan::none && memory_.data() ? memory_.data() + offset : nullptr;
}

Place Network::place_of(std::size_t value) const {
    return {values_[value], room_of(values_[value].rows, batch_), nullptr};
}

void Network::fill(Values& values, const std::vector<std::size_t>& in, const Plan::Step* step) {
    for (std::size_t k = 0; k < in.size(); ++k) {
        values.in.push_back(place_of(in[k]));
        values.x.emplace_back(at(offsets_[in[k]]));
        const Plan::Gradient dx =
            step != nullptr && k < step->dx.size() ? step->dx[k] : Plan::Gradient{};
        values.dx.emplace_back(at(dx.offset));
        if (dx.total != Plan::none) {
            values.shares.push_back({at(dx.offset), at(dx.total), k});
        }
    }
}

void Network::add_layers(const Plan& plan) {
    for (std::size_t i = 0; i < model_.nodes.size(); ++i) {
        const Model::Node& node = model_.nodes[i];
        const Plan::Step& step = plan.nodes[i];
        LayerCall call;
        call.layer = node.layer.get();
        call.name = lasting(call.layer->kind());
        call.name_back = lasting(call.layer->kind() + " backward");
        call.tensors = &node.parameters;
        call.parameters.resize(node.parameters.size());
        fill(call, node.in, &step);
        for (const std::size_t offset : step.kept) {
            call.kept.emplace_back(at(offset));
        }
        for (std::size_t k = 0; k < node.in.size(); ++k) {
            call.reread.push_back(call.layer->rereads(k) ? call.x[k] : nullptr);
        }
        call.y = at(offsets_[node.out]);
        call.reread_y = call.layer->rereads_output() ? call.y : nullptr;
        call.dy = at(step.dy);
        call.args = {call.in, place_of(node.out), call.x,         call.y, nullptr,
                     call.dx, call.kept,          call.parameters};
        layers_.push_back(std::move(call)); // the vectors' memory moves along
    }
}

void Network::add_losses(const Plan& plan) {
    for (std::size_t i = 0; i < model_.losses.size(); ++i) {
        const Model::LossNode& node = model_.losses[i];
        LossCall call;
        call.loss = node.loss.get();
        call.weight = static_cast<float>(node.weight);
        fill(call, node.in, &plan.losses[i]);
        losses_.push_back(std::move(call));
    }
    for (const Model::MetricNode& node : model_.metrics) {
        if (node.tally == 0) {
            const Model::LossNode* loss = counting_loss(model_, node);
            losses_[static_cast<std::size_t>(loss - model_.losses.data())].hits = true;
            continue;
        }
        MetricCall call;
        call.metric = node.metric.get();
        call.tally = node.tally;
        fill(call, node.in, nullptr);
        metrics_.push_back(std::move(call));
    }
    direct_ = losses_.size() == 1 && model_.losses[0].weight == 1.0;
    apart_ = Buffer<LaneMetrics>(device_, direct_ ? 0 : lanes_);
}

DevicePointer<void> Network::input(std::string_view name) {
    for (const Model::Input& input : model_.inputs) {
        if (input.name == name) {
            return at(offsets_[input.value]);
        }
    }
    throw Error("model " + model_.name + ": no input " + std::string(name));
}

DevicePointer<std::uint32_t> Network::counts(const Rows& rows) {
    for (Axis& axis : axes_) {
        if (axis.rows == rows && rows.ragged) {
            return axis.counts.data();
        }
    }
    throw Error("model " + model_.name + ": no such ragged rows");
}

DevicePointer<const LaneState> Network::rows_of(const Place& place,
                                                DevicePointer<const LaneState> states) const {
    for (const Axis& axis : axes_) {
        if (axis.rows == place.tensor.rows) {
            return axis.states.data();
        }
    }
    return states;
}

/// Tells who works on the values which rows are there.
void Network::seat(Values& values, DevicePointer<const LaneState> states) const {
    for (Place& place : values.in) {
        place.rows = rows_of(place, states);
    }
}

void Network::train(DevicePointer<const LaneState> states, PerLane<float> weights,
                    PerLane<float> gradient, DevicePointer<LaneMetrics> tallies,
                    std::size_t lanes) {
    used_ = lanes;
    forward(states, weights, weights, gradient, true);
    apply_losses(tallies);
    Context context{device_, used_};
    for (std::size_t i = layers_.size(); i-- > 0;) {
        LayerCall& call = layers_[i];
        if (call.dy == nullptr) {
            continue;
        }
        const Range range(device_, call.name_back, i);
        LayerArgs args = call.args;
        args.x = call.reread;
        args.y = call.reread_y;
        args.dy = call.dy;
        call.layer->backward(context, args);
        add_shares(call);
    }
}

void Network::evaluate(DevicePointer<const LaneState> states, PerLane<const float> weights,
                       DevicePointer<LaneMetrics> tallies) {
    used_ = lanes_;
    forward(states, weights, {}, {}, false);
    apply_losses(tallies);
    Context context{device_, used_};
    for (MetricCall& call : metrics_) {
        const Range range(device_, "metric", call.tally);
        call.metric->measure(context, {call.in, call.x, call.dx, tallies + call.tally * lanes_});
    }
}

void Network::infer(DevicePointer<const LaneState> states, PerLane<const float> weights,
                    std::size_t lanes) {
    used_ = lanes;
    forward(states, weights, {}, {}, false);
}

std::size_t Network::given_bytes() const {
    const Place place = place_of(model_.losses.front().in.front());
    return place.room * place.tensor.elements() * size_of(place.tensor.element);
}

/// statistics and gradient: null in an evaluation.
void Network::forward(DevicePointer<const LaneState> states, PerLane<const float> weights,
                      PerLane<float> statistics, PerLane<float> gradient, bool training) {
    for (Axis& axis : axes_) {
        kernels::lane_rows(device_, used_, states, axis.rows.each,
                           axis.rows.ragged ? axis.counts.data() : nullptr, batch_,
                           axis.states.data());
    }
    Context context{device_, used_};
    for (std::size_t i = 0; i < layers_.size(); ++i) {
        LayerCall& call = layers_[i];
        if (call.layer->is_view()) {
            continue;
        }
        seat(call, states);
        call.args.out.rows = rows_of(call.args.out, states);
        for (std::size_t k = 0; k < call.parameters.size(); ++k) {
            const TensorSpec& tensor = model_.layout.tensors[(*call.tensors)[k]];
            const bool statistic = tensor.role == Role::statistic;
            call.parameters[k] = {
                weights.at(tensor.offset),
                training && statistic ? statistics.at(tensor.offset) : PerLane<float>{},
                training && !statistic ? gradient.at(tensor.offset) : PerLane<float>{}};
        }
        const Range range(device_, call.name, i);
        call.layer->forward(context, call.args, training);
    }
    for (LossCall& call : losses_) {
        seat(call, states);
    }
    for (MetricCall& call : metrics_) {
        seat(call, states);
    }
}

void Network::apply_losses(DevicePointer<LaneMetrics> tallies) {
    const Range range(device_, "loss", layers_.size());
    Context context{device_, used_};
    DevicePointer<LaneMetrics> into = direct_ ? tallies : apart_.data();
    for (LossCall& call : losses_) {
        call.loss->apply(context, {call.in, call.x, call.dx, into});
        if (!direct_) {
            const bool first = &call == &losses_.front();
            kernels::add_metrics(device_, used_, {call.weight, call.hits, first}, into, tallies);
        }
        for (std::size_t k = 0; k < call.in.size() && call.weight != 1.0f; ++k) {
            if (call.dx[k] != nullptr) {
                kernels::weighted_sum(device_, sum_shape(call.in[k], used_), call.in[k].rows,
                                      call.weight, call.dx[k], 0.0f, nullptr, call.dx[k]);
            }
        }
        add_shares(call);
    }
}

void Network::add_shares(const Values& values) {
    for (const Share& share : values.shares) {
        const Place& place = values.in[share.input];
        kernels::weighted_sum(device_, sum_shape(place, used_), place.rows, 1.0f, share.total, 1.0f,
                              share.from, share.total);
    }
}

} // namespace fedmrn
