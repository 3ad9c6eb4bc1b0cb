// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#include "engine/server/global_state.hpp"

#include <string>
#include <utility>

#include "engine/server/set_values.hpp"
#include "fedmrn/error.hpp"
#include "kernels/update.hpp"

namespace fedmrn {

GlobalState::GlobalState(Device& device, const ParameterLayout& layout, const ServerConfig& config,
                         const Aggregation& aggregation, std::size_t fed_back)
    : device_(device), trainable_(layout.trainable), size_(layout.state), lr_(config.lr),
      optimizer_(server_optimizers().checked(config.optimizer).make(config.optimizer.options)),
      named_(optimizer_->moments()), global_(device, size_), error_(device, fed_back),
      next_error_(device, fed_back) {
    for (std::size_t i = 0; i < named_.size(); ++i) {
        moments_.emplace_back(device, trainable_);
    }
    check_sets(aggregation, *optimizer_, config);
}

void GlobalState::begin(std::vector<float> global) {
    ServerState first;
    first.global = std::move(global);
    for (const Moment& moment : named_) {
        first.moments[moment.name].assign(trainable_, moment.first);
    }
    first.downlink_error.assign(error_.size(), 0.0f);
    restore(std::move(first));
}

void GlobalState::check(const ServerState& from) const {
    bool fits = from.global.size() == size_ && from.moments.size() == named_.size();
    for (const Moment& moment : named_) {
        const auto found = from.moments.find(moment.name);
        fits = fits && found != from.moments.end() && found->second.size() == trainable_;
    }
    if (fits && from.downlink_error.size() == error_.size()) {
        return;
    }
    if (fits) {
        throw Error("checkpoint: it is of a run that sent its model otherwise (an error of " +
                    std::to_string(from.downlink_error.size()) + " values is fed back, expected " +
                    std::to_string(error_.size()) + ")");
    }
    std::string sizes = std::to_string(from.global.size());
    for (const auto& [name, values] : from.moments) {
        sizes += " + " + std::to_string(values.size());
    }
    sizes += " values, expected " + std::to_string(size_);
    for (std::size_t i = 0; i < named_.size(); ++i) {
        sizes += " + " + std::to_string(trainable_);
    }
    throw Error("checkpoint: it is of another model or server (" + sizes + ")");
}

void GlobalState::restore(ServerState from) {
    check(from);
    state_ = std::move(from);
    stepped_ = false;
    global_.write(state_.global);
    error_.write(state_.downlink_error);
    for (std::size_t i = 0; i < named_.size(); ++i) {
        moments_[i].write(state_.moments.at(named_[i].name));
    }
}

void GlobalState::step(DevicePointer<const double> change) {
    std::vector<DevicePointer<double>> moments;
    for (Buffer<double>& moment : moments_) {
        moments.push_back(moment.data());
    }
    optimizer_->step(device_, lr_, trainable_, change, moments, global_.data());
    kernels::server_step(device_, 1.0, 0.0, size_ - trainable_, change + trainable_, nullptr,
                         global_.data() + trainable_);
    stepped_ = true;
}

void GlobalState::end_round() {
    ++state_.round;
    if (error_.size() != 0) {
        std::swap(error_, next_error_);
        stepped_ = true;
    }
}

const ServerState& GlobalState::state() const {
    if (stepped_) {
        global_.read(state_.global);
        error_.read(state_.downlink_error);
        for (std::size_t i = 0; i < named_.size(); ++i) {
            moments_[i].read(state_.moments.at(named_[i].name));
        }
        stepped_ = false;
    }
    return state_;
}

} // namespace fedmrn
