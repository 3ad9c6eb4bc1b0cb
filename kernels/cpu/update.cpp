// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#include "kernels/update.hpp"

#include <algorithm>

#include "kernels/formula/sgd.hpp"

namespace fedmrn::kernels::cpu {
namespace {

/// One lane's SGD step; with or without momentum and proximal term, decided once.
template <bool momentum, bool proximal>
void sgd_lane(const SgdRule& rule, float lr, std::size_t elements,
              const float* __restrict__ gradient, const float* __restrict__ weights,
              float* __restrict__ velocity, float* __restrict__ update) {
    for (std::size_t i = 0; i < elements; ++i) {
        const float x = rule.decay_weights ? weights[i] : update[i];
        float direction = formula::decayed(gradient[i], rule.weight_decay, x);
        if constexpr (proximal) {
            direction = formula::decayed(direction, rule.proximal, update[i]);
        }
        if constexpr (momentum) {
            direction = velocity[i] = formula::velocity(rule.momentum, velocity[i], direction);
        }
        update[i] = formula::descend(update[i], lr, direction);
    }
}

void add_update(Device&, std::size_t lanes, const LaneState* states, std::size_t elements,
                const float* global, PerLane<const float> update, PerLane<float> weights) {
    for (std::size_t lane = 0; lane < lanes; ++lane) {
        if (states[lane].samples == 0) {
            continue;
        }
        const float* u = update[lane].get();
        float* w = weights[lane].get();
        for (std::size_t i = 0; i < elements; ++i) {
            w[i] = global[i] + u[i];
        }
    }
}

void sgd_step(Device&, const SgdRule& rule, const float* lr, std::size_t lanes,
              const LaneState* states, std::size_t elements, PerLane<const float> gradient,
              PerLane<const float> weights, PerLane<float> velocity, PerLane<float> update) {
    const bool momentum = rule.momentum != 0.0f, proximal = rule.proximal != 0.0f;
    const auto step = momentum ? (proximal ? sgd_lane<true, true> : sgd_lane<true, false>)
                               : (proximal ? sgd_lane<false, true> : sgd_lane<false, false>);
    for (std::size_t lane = 0; lane < lanes; ++lane) {
        if (states[lane].samples != 0) {
            step(rule, *lr, elements, gradient[lane].get(), weights[lane].get(),
                 momentum ? velocity[lane].get() : nullptr, update[lane].get());
        }
    }
}

void state_changes(Device&, std::span<const ChangeSource> clients, const float* global,
                   std::size_t first, std::size_t trainable, std::size_t state) {
    for (const ChangeSource& client : clients) {
        std::copy(client.update.get() + first, client.update.get() + trainable,
                  client.change.get());
        for (std::size_t i = trainable; i < state; ++i) {
            client.change.get()[i - first] = client.weights.get()[i] - global[i];
        }
    }
}

void aggregate_dense(Device&, std::span<const DenseValues> clients, std::size_t elements,
                     formula::Wide* sum) {
    constexpr std::size_t run = 256; // 64-bit arithmetic apart from the 128-bit sums: vector code
    for (std::size_t begin = 0; begin < elements; begin += run) {
        const std::size_t count = std::min(run, elements - begin);
        for (const DenseValues& client : clients) {
            const auto weight = static_cast<std::int64_t>(client.samples);
            std::int64_t fixed[run];
            for (std::size_t i = 0; i < count; ++i) {
                fixed[i] = formula::to_fixed(client.values.get()[begin + i]);
            }
            for (std::size_t i = 0; i < count; ++i) {
                sum[begin + i] += static_cast<formula::Wide>(weight) * fixed[i];
            }
        }
    }
}

float largest_magnitude(Device&, std::size_t elements, const float* values) {
    std::uint32_t largest = 0; // magnitudes are ordered as their bits are
    for (std::size_t i = 0; i < elements; ++i) {
        largest = std::max(largest, formula::magnitude_bits(values[i]));
    }
    return formula::magnitude(largest);
}

void mean_of_masks(Device&, std::size_t elements, const std::int64_t* sum, float unit,
                   std::uint64_t samples, double* mean) {
    const double scale = static_cast<double>(unit) / static_cast<double>(samples);
    for (std::size_t i = 0; i < elements; ++i) {
        mean[i] = static_cast<double>(sum[i]) * scale;
    }
}

void mean_of_dense(Device&, std::size_t elements, const formula::Wide* sum, std::uint64_t samples,
                   double* mean) {
    for (std::size_t i = 0; i < elements; ++i) {
        mean[i] = formula::from_fixed(sum[i], samples);
    }
}

void server_step(Device&, double lr, double momentum, std::size_t elements, const double* mean,
                 double* velocity, float* global) {
    for (std::size_t i = 0; i < elements; ++i) {
        double step = mean[i];
        if (velocity) {
            step = velocity[i] = formula::server_velocity(momentum, velocity[i], step);
        }
        global[i] = formula::moved(global[i], lr * step);
    }
}

void add_values(Device&, std::size_t elements, const float* values, float* sum) {
    for (std::size_t i = 0; i < elements; ++i) {
        sum[i] += values[i];
    }
}

void subtract_decoded(Device&, std::size_t elements, const double* decoded, float* values) {
    for (std::size_t i = 0; i < elements; ++i) {
        values[i] = static_cast<float>(static_cast<double>(values[i]) - decoded[i]);
    }
}

void adaptive_server_step(Device&, const formula::AdaptiveRule& rule, std::size_t elements,
                          const double* mean, double* m, double* v, float* global) {
    for (std::size_t i = 0; i < elements; ++i) {
        m[i] = formula::first_moment(rule, m[i], mean[i]);
        v[i] = formula::second_moment(rule, v[i], mean[i]);
        global[i] = formula::moved(global[i], formula::adaptive_step(rule, m[i], v[i]));
    }
}

} // namespace

void update_contracts(Backend& backend) {
    backend.set(kernels::add_update, add_update);
    backend.set(kernels::sgd_step, sgd_step);
    backend.set(kernels::state_changes, state_changes);
    backend.set(kernels::aggregate_dense, aggregate_dense);
    backend.set(kernels::largest_magnitude, largest_magnitude);
    backend.set(kernels::mean_of_masks, mean_of_masks);
    backend.set(kernels::mean_of_dense, mean_of_dense);
    backend.set(kernels::server_step, server_step);
    backend.set(kernels::add_values, add_values);
    backend.set(kernels::subtract_decoded, subtract_decoded);
    backend.set(kernels::adaptive_server_step, adaptive_server_step);
}

} // namespace fedmrn::kernels::cpu
