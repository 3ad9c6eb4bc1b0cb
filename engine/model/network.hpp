// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

#include "engine/model/plan.hpp"
#include "fedmrn/loss.hpp"
#include "fedmrn/model.hpp"
#include "kernels/device.hpp"

namespace fedmrn {

/// A model on a device for `lanes` clients at once: owns values and their gradients, as its plan
/// lays them out, and knows nothing of where parameters come from. Parameters of lane l are
/// weights[l][layout offset].
class Network {
public:
    /// training: also makes room for the way back. Throws Error where a layer is not written for
    /// the device.
    Network(Device& device, const Model& model, std::size_t lanes, std::size_t batch, Real real,
            bool training);
    Network(const Network&) = delete;
    Network& operator=(const Network&) = delete;

    /// Where a batch is to be put, [lanes][rows a lane][elements]: of type real() for reals.
    /// Throws Error where the model has no such input.
    [[nodiscard]] DevicePointer<void> input(std::string_view name);
    [[nodiscard]] DevicePointer<void> input() { return input("x"); }
    [[nodiscard]] DevicePointer<std::uint16_t> labels() {
        return input("label").as<std::uint16_t>();
    }
    /// The same of the model's i-th input, and what is to be put there.
    [[nodiscard]] DevicePointer<void> input_at(std::size_t i) {
        return at(offsets_[model_.inputs.at(i).value]);
    }
    [[nodiscard]] const Tensor& tensor_at(std::size_t i) const {
        return values_[model_.inputs.at(i).value];
    }
    /// Where the rows of each lane are to be counted, of a ragged axis. Throws Error where the
    /// model has no such axis.
    [[nodiscard]] DevicePointer<std::uint32_t> counts(const Rows& rows);
    [[nodiscard]] Real real() const { return real_; }
    [[nodiscard]] std::size_t batch() const { return batch_; }

    /// Forward with batch statistics (updating the running ones inside weights), losses and what
    /// they count along into tallies [lanes], backward; gradient[l] receives the gradient of every
    /// trainable parameter. Metrics of their own are not measured. lanes: the first so many, where
    /// the others are idle.
    void train(DevicePointer<const LaneState> states, PerLane<float> weights,
               PerLane<float> gradient, DevicePointer<LaneMetrics> tallies, std::size_t lanes);
    void train(DevicePointer<const LaneState> states, PerLane<float> weights,
               PerLane<float> gradient, DevicePointer<LaneMetrics> tallies) {
        train(states, weights, gradient, tallies, lanes_);
    }

    /// Forward with running statistics, losses and metrics into tallies [Model::tallies][lanes].
    void evaluate(DevicePointer<const LaneState> states, PerLane<const float> weights,
                  DevicePointer<LaneMetrics> tallies);

    /// Forward alone with running statistics, of the first lanes, without losses: what the first
    /// loss is to read of the model, its logits, is then at given().
    void infer(DevicePointer<const LaneState> states, PerLane<const float> weights,
               std::size_t lanes);
    [[nodiscard]] DevicePointer<const void> given() {
        return at(offsets_[model_.losses.front().in.front()]);
    }
    [[nodiscard]] std::size_t given_bytes() const; ///< of a lane

private:
    /// An axis other than the samples': its own states, whose samples are the rows.
    struct Axis {
        Rows rows;
        Buffer<LaneState> states;
        Buffer<std::uint32_t> counts; ///< ragged
    };
    /// A share of a gradient that is to be added to the others.
    struct Share {
        DevicePointer<void> from, total;
        std::size_t input = 0; ///< whose it is
    };
    /// A layer's, a loss's or a metric's arguments; spans of args point into the vectors.
    struct Values {
        std::vector<Place> in;
        std::vector<DevicePointer<const void>> x;
        std::vector<DevicePointer<void>> dx;
        std::vector<Share> shares;
    };
    struct LayerCall : Values {
        const Layer* layer = nullptr;
        const char *name = nullptr, *name_back = nullptr; ///< for the profiler's time line
        const std::vector<std::size_t>* tensors = nullptr;
        std::vector<ParameterView> parameters;
        std::vector<DevicePointer<const void>> reread; ///< x as backward finds it
        std::vector<DevicePointer<void>> kept;
        DevicePointer<void> y;
        LayerArgs args;
        DevicePointer<void> reread_y;
        DevicePointer<const void> dy; ///< null: no way back
    };
    struct LossCall : Values {
        const Loss* loss = nullptr;
        float weight = 1;
        bool hits = false; ///< its hits go into the model's tally
    };
    struct MetricCall : Values {
        const Metric* metric = nullptr;
        std::size_t tally = 0;
    };

    void require_device() const;
    void add_axes();
    [[nodiscard]] Place place_of(std::size_t value) const;
    [[nodiscard]] DevicePointer<std::byte> at(std::size_t offset);
    void fill(Values& values, const std::vector<std::size_t>& in, const Plan::Step* step);
    void add_layers(const Plan& plan);
    void add_losses(const Plan& plan);
    [[nodiscard]] DevicePointer<const LaneState>
    rows_of(const Place& place, DevicePointer<const LaneState> states) const;
    void seat(Values& values, DevicePointer<const LaneState> states) const;
    void forward(DevicePointer<const LaneState> states, PerLane<const float> weights,
                 PerLane<float> statistics, PerLane<float> gradient, bool training);
    void apply_losses(DevicePointer<LaneMetrics> tallies);
    void add_shares(const Values& values);

    Device& device_;
    Model model_;
    std::size_t lanes_, batch_;
    std::size_t used_ = 0; ///< lanes of the pass that is queued
    Real real_;
    std::vector<Tensor> values_;       ///< with reals decided
    std::vector<std::size_t> offsets_; ///< of values
    Buffer<std::byte> memory_;
    std::vector<Axis> axes_;
    std::vector<LayerCall> layers_;
    std::vector<LossCall> losses_;
    std::vector<MetricCall> metrics_; ///< of those that no loss counts along
    bool direct_ = false;             ///< the only loss: straight into the caller's tallies
    Buffer<LaneMetrics> apart_;       ///< else: one loss's own
};

} // namespace fedmrn
