// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "kernels/contract.hpp"
#include "kernels/formula/fixed_point.hpp"
#include "kernels/formula/lane.hpp"
#include "kernels/formula/server.hpp"

namespace fedmrn::kernels {

/// weights = global + update for every active lane.
inline constexpr Contract<void(
    Device& device, std::size_t lanes, DevicePointer<const LaneState> states, std::size_t elements,
    DevicePointer<const float> global, PerLane<const float> update, PerLane<float> weights)>
    add_update{"add_update", Exactness::bits};

/// What is the same in every round.
struct SgdRule {
    float momentum = 0, weight_decay = 0;
    bool decay_weights = true; ///< decay pulls the weights, else the update, towards zero
    float proximal = 0;        ///< ρ: FedProx pulls the update towards zero
};

/// One SGD step of every active lane: g ← gradient + λ·(weights or update) + ρ·update; v ← µ·v + g;
/// update ← update − η·v, η being *lr in device memory, so that a recorded step follows it.
/// velocity may be null where momentum is 0. PyTorch's convention: v starts as the first gradient,
/// no dampening. Equal bits for equal gradients.
inline constexpr Contract<void(
    Device& device, const SgdRule& rule, DevicePointer<const float> lr, std::size_t lanes,
    DevicePointer<const LaneState> states, std::size_t elements, PerLane<const float> gradient,
    PerLane<const float> weights, PerLane<float> velocity, PerLane<float> update)>
    sgd_step{"sgd_step", Exactness::bits};

/// A trained client whose state's change is wanted; device memory.
struct ChangeSource {
    DevicePointer<const float> update;  ///< [trainable]
    DevicePointer<const float> weights; ///< [state]
    DevicePointer<float> change;        ///< receives [state − first]
};

/// The clients' changes of the state from element `first` <= trainable on: of trainable parameters
/// their update, of statistics weights − global.
inline constexpr Contract<void(Device& device, std::span<const ChangeSource> clients,
                               DevicePointer<const float> global, std::size_t first,
                               std::size_t trainable, std::size_t state)>
    state_changes{"state_changes", Exactness::bits};

/// One client's dense values on the device, waiting to be added.
struct DenseValues {
    DevicePointer<const float> values; ///< device memory
    std::uint64_t samples = 0;         ///< N_k
};

/// sum[i] += Σ_k N_k · fixed(values_k[i]).
inline constexpr Contract<void(Device& device, std::span<const DenseValues> clients,
                               std::size_t elements, DevicePointer<formula::Wide> sum)>
    aggregate_dense{"aggregate_dense", Exactness::bits};

inline void add_dense(Device& device, std::size_t elements, DevicePointer<const float> values,
                      std::uint64_t samples, DevicePointer<formula::Wide> sum) {
    const DenseValues one{values, samples};
    aggregate_dense(device, {&one, 1}, elements, sum);
}

/// sum[i] += values[i].
inline constexpr Contract<void(Device& device, std::size_t elements,
                               DevicePointer<const float> values, DevicePointer<float> sum)>
    add_values{"add_values", Exactness::bits};

/// values[i] −= decoded[i], rounded once to float: what a message has left out.
inline constexpr Contract<void(Device& device, std::size_t elements,
                               DevicePointer<const double> decoded, DevicePointer<float> values)>
    subtract_decoded{"subtract_decoded", Exactness::bits};

/// max |values[i]|, infinity where one is not a number; 0 of none. Waits.
inline constexpr Contract<float(Device& device, std::size_t elements,
                                DevicePointer<const float> values)>
    largest_magnitude{"largest_magnitude", Exactness::bits};

/// mean[i] = sum[i] · unit / samples, of a sum of masks.
inline constexpr Contract<void(Device& device, std::size_t elements,
                               DevicePointer<const std::int64_t> sum, float unit,
                               std::uint64_t samples, DevicePointer<double> mean)>
    mean_of_masks{"mean_of_masks", Exactness::bits};

/// mean[i] = sum[i] / samples, of a sum of dense values.
inline constexpr Contract<void(Device& device, std::size_t elements,
                               DevicePointer<const formula::Wide> sum, std::uint64_t samples,
                               DevicePointer<double> mean)>
    mean_of_dense{"mean_of_dense", Exactness::bits};

/// The server's step: v ← µ·v + mean; global ← global + lr·v, rounded once to float. velocity may
/// be null where momentum is 0.
inline constexpr Contract<void(Device& device, double lr, double momentum, std::size_t elements,
                               DevicePointer<const double> mean, DevicePointer<double> velocity,
                               DevicePointer<float> global)>
    server_step{"server_step", Exactness::bits};

/// The server's step with a rate for each element: m and v ← the moments of mean; global ← global +
/// lr·m / (√v + τ), rounded once to float.
inline constexpr Contract<void(Device& device, const formula::AdaptiveRule& rule,
                               std::size_t elements, DevicePointer<const double> mean,
                               DevicePointer<double> m, DevicePointer<double> v,
                               DevicePointer<float> global)>
    adaptive_server_step{"adaptive_server_step", Exactness::bits};

} // namespace fedmrn::kernels
