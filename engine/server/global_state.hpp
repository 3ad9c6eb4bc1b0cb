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

/// What the server has of the model: its state and the optimiser's moments, on the device, and
/// beside them, as a checkpoint keeps them, on the host.
class GlobalState {
public:
    /// Throws Error where the aggregation sets values and the server would take another step than
    /// the plain one that ends at them.
    GlobalState(Device& device, const ParameterLayout& layout, const ServerConfig& config,
                const Aggregation& aggregation);

    /// Begins with this model: no moment has moved.
    void begin(std::vector<float> global);
    /// Goes on from a state. Throws Error for one of another model or optimiser.
    void restore(ServerState from);
    /// The server's step by a change [state], in device memory: the optimiser moves what is
    /// trained, statistics follow.
    void step(DevicePointer<const double> change);

    /// In device memory, always the same.
    [[nodiscard]] DevicePointer<const float> data() const { return global_.data(); }
    [[nodiscard]] ServerState& state() { return state_; }
    [[nodiscard]] const ServerState& state() const { return state_; }

private:
    void check(const ServerState& from) const;

    Device& device_;
    std::size_t trainable_, size_;
    double lr_;
    std::unique_ptr<ServerOptimizer> optimizer_;
    std::vector<Moment> named_; ///< what the optimiser keeps
    Buffer<float> global_;
    std::vector<Buffer<double>> moments_; ///< as they are named
    ServerState state_;
};

} // namespace fedmrn
