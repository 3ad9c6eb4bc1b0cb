// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <vector>

#include "engine/method/aggregation.hpp"
#include "fedmrn/config.hpp"
#include "fedmrn/experiment.hpp"
#include "fedmrn/model.hpp"
#include "fedmrn/server.hpp"
#include "kernels/device.hpp"

namespace fedmrn {

/// What the server has of the model: its state and the optimiser's moments, on the device. As a
/// checkpoint keeps them they are on the host too, copied there only when somebody asks.
class GlobalState {
public:
    /// Throws Error where the aggregation sets values and the server would take another step than
    /// the plain one that ends at them. fed_back: elements whose error of sending it keeps.
    GlobalState(Device& device, const ParameterLayout& layout, const ServerConfig& config,
                const Aggregation& aggregation, std::size_t fed_back = 0);

    /// Begins with this model: no moment has moved.
    void begin(std::vector<float> global);
    /// Goes on from a state. Throws Error for one of another model or optimiser.
    void restore(ServerState from);
    /// The server's step by a change [state], in device memory: the optimiser moves what is
    /// trained, statistics follow.
    void step(DevicePointer<const double> change);

    /// In device memory, always the same.
    [[nodiscard]] DevicePointer<const float> data() const { return global_.data(); }
    /// The same, for somebody who changes it.
    [[nodiscard]] DevicePointer<float> change() {
        stepped_ = true;
        return global_.data();
    }

    /// Rounds done.
    [[nodiscard]] std::uint32_t round() const { return state_.round; }
    void end_round();

    /// What the last round's model left out when it was sent [fed_back], and where this round's
    /// goes, which takes its place when the round ends.
    [[nodiscard]] DevicePointer<const float> downlink_error() const { return error_.data(); }
    [[nodiscard]] DevicePointer<float> next_downlink_error() { return next_error_.data(); }

    /// What clients keep.
    [[nodiscard]] auto& memory() { return state_.memory; }
    [[nodiscard]] const auto& memory() const { return state_.memory; }

    /// All of it on the host. Where a step has been taken since it was last asked for, waits for
    /// the device and copies; else free.
    [[nodiscard]] const ServerState& state() const;

private:
    void check(const ServerState& from) const;

    Device& device_;
    std::size_t trainable_, size_;
    double lr_;
    std::unique_ptr<ServerOptimizer> optimizer_;
    std::vector<Moment> named_; ///< what the optimiser keeps
    Buffer<float> global_;
    std::vector<Buffer<double>> moments_; ///< as they are named
    Buffer<float> error_, next_error_;    ///< of sending the model
    mutable ServerState state_;
    mutable bool stepped_ = false; ///< state_ is not what the device has
};

} // namespace fedmrn
