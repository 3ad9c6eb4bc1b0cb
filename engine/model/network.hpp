// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "fedmrn/model.hpp"
#include "kernels/device.hpp"
#include "kernels/formula/lane.hpp"

namespace fedmrn {

/// A model on a device for `lanes` clients at once: owns the activations and their gradients, knows
/// nothing of where parameters come from. Parameters of lane l are weights[l][layout offset].
class Network {
public:
    /// training: also makes room for the way back.
    Network(Device& device, const ModelSpec& model, std::size_t lanes, std::size_t batch, Real real,
            bool training);

    /// Where a batch is to be put: [lanes][batch][sample size] of type real(), and its labels.
    [[nodiscard]] void* input() { return activations_.front().data(); }
    [[nodiscard]] std::uint16_t* labels() { return labels_.data(); }
    [[nodiscard]] Real real() const { return real_; }
    [[nodiscard]] std::size_t batch() const { return batch_; }

    /// Forward with batch statistics (updating the running ones inside weights), loss into metrics,
    /// backward; gradient[l] receives the gradient of every trainable parameter.
    void train(const LaneState* states, PerLane<float> weights, PerLane<float> gradient,
               LaneMetrics* metrics);

    /// Forward with running statistics, loss and hits into metrics.
    void evaluate(const LaneState* states, PerLane<const float> weights, LaneMetrics* metrics);

private:
    [[nodiscard]] const float* logits() const;
    void forward(const LayerSpec& layer, std::size_t i, const LaneState* states,
                 PerLane<const float> weights);
    void batchnorm_training(const LayerSpec& layer, std::size_t i, const LaneState* states,
                            PerLane<float> weights);
    void batchnorm_evaluation(const LayerSpec& layer, std::size_t i, const LaneState* states,
                              PerLane<const float> weights);
    void backward(const LayerSpec& layer, std::size_t i, const LaneState* states,
                  PerLane<const float> weights, PerLane<float> gradient, const std::byte* dy,
                  std::byte* dx);

    /// What a BatchNorm, or a max-pool, keeps for the way back.
    struct Kept {
        Buffer<float> mean, inverse;
        Buffer<std::uint8_t> chosen;
    };
    Device& device_;
    ModelSpec model_;
    std::size_t lanes_, batch_;
    Real real_;
    std::vector<Buffer<std::byte>> activations_; ///< input of layer i; the last: logits
    std::vector<Kept> kept_;                     ///< of layer i
    Buffer<std::byte> gradients_[2];             ///< of activations, in turn
    Buffer<std::uint16_t> labels_;
};

} // namespace fedmrn
