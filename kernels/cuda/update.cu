// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#include "kernels/update.hpp"

#include "kernels/cuda/cuda_device.hpp"
#include "kernels/cuda/grid.cuh"
#include "kernels/formula/sgd.hpp"

namespace fedmrn::kernels::cuda {
namespace {

// Each thread takes four elements, a block's width apart: coalesced at any alignment of a lane, and
// four loads in flight.
constexpr unsigned block_threads = 256;
constexpr unsigned per_thread = 4;

std::size_t blocks_of(std::size_t elements) {
    return divide_up(elements, block_threads * per_thread);
}

/// store(i, load(i)) for the thread's elements, all loads ahead of the stores.
template <class Load, class Store>
__device__ __forceinline__ void for_elements(std::size_t elements, const Load& load,
                                             const Store& store) {
    const std::size_t first = blockIdx.x * std::size_t{block_threads * per_thread} + threadIdx.x;
    decltype(load(first)) loaded[per_thread];
    FEDMRN_UNROLL
    for (unsigned i = 0; i < per_thread; ++i) {
        if (first + i * block_threads < elements) {
            loaded[i] = load(first + i * block_threads);
        }
    }
    FEDMRN_UNROLL
    for (unsigned i = 0; i < per_thread; ++i) {
        if (first + i * block_threads < elements) {
            store(first + i * block_threads, loaded[i]);
        }
    }
}

__global__ void __launch_bounds__(block_threads)
    add_update_kernel(const LaneState* states, std::size_t elements,
                      const float* __restrict__ global, PerLane<const float> update,
                      PerLane<float> weights) {
    const std::size_t lane = blockIdx.y;
    if (states[lane].samples == 0) {
        return;
    }
    const float* __restrict__ u = of_lane(update, lane);
    float* __restrict__ w = of_lane(weights, lane);
    for_elements(
        elements, [&](std::size_t i) { return global[i] + u[i]; },
        [&](std::size_t i, float value) { w[i] = value; });
}

/// Which array weight decay pulls to zero. None: λ is 0 and the weights need not be read; 0 · x
/// could at most change the sign of a zero direction, which no update shows.
enum class Decay { none, weights, update };

struct Element {
    float gradient, pulled, velocity, update;
};

template <bool momentum, Decay decay>
__global__ void __launch_bounds__(block_threads)
    sgd_step_kernel(SgdRule rule, const float* lr, const LaneState* states, std::size_t elements,
                    PerLane<const float> gradient, PerLane<const float> weights,
                    PerLane<float> velocity, PerLane<float> update) {
    const std::size_t lane = blockIdx.y;
    if (states[lane].samples == 0) {
        return;
    }
    const float* __restrict__ g = of_lane(gradient, lane);
    const float* __restrict__ w = decay == Decay::weights ? of_lane(weights, lane) : nullptr;
    float* __restrict__ v = momentum ? of_lane(velocity, lane) : nullptr;
    float* __restrict__ u = of_lane(update, lane);
    const float rate = *lr;
    for_elements(
        elements,
        [&](std::size_t i) {
            return Element{g[i], decay == Decay::weights ? w[i] : 0.0f, momentum ? v[i] : 0.0f,
                           u[i]};
        },
        [&](std::size_t i, const Element& element) {
            float direction = element.gradient;
            if constexpr (decay != Decay::none) {
                const float x = decay == Decay::weights ? element.pulled : element.update;
                direction = formula::decayed(direction, rule.weight_decay, x);
            }
            if (rule.proximal != 0.0f) { // the same for all
                direction = formula::decayed(direction, rule.proximal, element.update);
            }
            if constexpr (momentum) {
                direction = v[i] = formula::velocity(rule.momentum, element.velocity, direction);
            }
            u[i] = formula::descend(element.update, rate, direction);
        });
}

/// A client a blockIdx.y.
__global__ void __launch_bounds__(block_threads)
    state_changes_kernel(const ChangeSource* __restrict__ clients, const float* __restrict__ global,
                         std::size_t first, std::size_t trainable, std::size_t elements) {
    const ChangeSource client = clients[blockIdx.y];
    for_elements(
        elements,
        [&](std::size_t i) {
            const std::size_t at = first + i;
            return at < trainable ? client.update.get()[at] : client.weights.get()[at] - global[at];
        },
        [&](std::size_t i, float value) { client.change.get()[i] = value; });
}

/// Clients one after another: the sum is read and written once.
__global__ void __launch_bounds__(block_threads)
    aggregate_dense_kernel(const DenseValues* __restrict__ clients, std::size_t client_count,
                           std::size_t elements, formula::Wide* __restrict__ sum) {
    const std::size_t i = blockIdx.x * std::size_t{block_threads} + threadIdx.x;
    if (i >= elements) {
        return;
    }
    formula::Wide total = sum[i];
    for (std::size_t k = 0; k < client_count; ++k) {
        const DenseValues client = clients[k];
        total +=
            static_cast<formula::Wide>(client.samples) * formula::to_fixed(client.values.get()[i]);
    }
    sum[i] = total;
}

__global__ void __launch_bounds__(block_threads)
    mean_of_masks_kernel(std::size_t elements, const std::int64_t* __restrict__ sum, double scale,
                         double* __restrict__ mean) {
    for_elements(
        elements, [&](std::size_t i) { return static_cast<double>(sum[i]) * scale; },
        [&](std::size_t i, double value) { mean[i] = value; });
}

__global__ void __launch_bounds__(block_threads)
    mean_of_dense_kernel(std::size_t elements, const formula::Wide* __restrict__ sum,
                         std::uint64_t samples, double* __restrict__ mean) {
    for_elements(
        elements, [&](std::size_t i) { return formula::from_fixed(sum[i], samples); },
        [&](std::size_t i, double value) { mean[i] = value; });
}

__global__ void __launch_bounds__(block_threads)
    server_step_kernel(double lr, double momentum, std::size_t elements,
                       const double* __restrict__ mean, double* __restrict__ velocity,
                       float* __restrict__ global) {
    for_elements(
        elements,
        [&](std::size_t i) {
            return velocity ? formula::server_velocity(momentum, velocity[i], mean[i]) : mean[i];
        },
        [&](std::size_t i, double step) {
            if (velocity) {
                velocity[i] = step;
            }
            global[i] = formula::moved(global[i], lr * step);
        });
}

__global__ void __launch_bounds__(block_threads)
    add_values_kernel(std::size_t elements, const float* __restrict__ values,
                      float* __restrict__ sum) {
    for_elements(
        elements, [&](std::size_t i) { return sum[i] + values[i]; },
        [&](std::size_t i, float value) { sum[i] = value; });
}

__global__ void __launch_bounds__(block_threads)
    subtract_decoded_kernel(std::size_t elements, const double* __restrict__ decoded,
                            float* __restrict__ values) {
    for_elements(
        elements,
        [&](std::size_t i) {
            return static_cast<float>(static_cast<double>(values[i]) - decoded[i]);
        },
        [&](std::size_t i, float value) { values[i] = value; });
}

struct Moments {
    double m, v;
};

__global__ void __launch_bounds__(block_threads)
    adaptive_server_step_kernel(formula::AdaptiveRule rule, std::size_t elements,
                                const double* __restrict__ mean, double* __restrict__ m,
                                double* __restrict__ v, float* __restrict__ global) {
    for_elements(
        elements,
        [&](std::size_t i) {
            return Moments{formula::first_moment(rule, m[i], mean[i]),
                           formula::second_moment(rule, v[i], mean[i])};
        },
        [&](std::size_t i, const Moments& now) {
            m[i] = now.m;
            v[i] = now.v;
            global[i] = formula::moved(global[i], formula::adaptive_step(rule, now.m, now.v));
        });
}

void add_update(Device& device, std::size_t lanes, const LaneState* states, std::size_t elements,
                const float* global, PerLane<const float> update, PerLane<float> weights) {
    launch(add_update_kernel, lane_grid(blocks_of(elements), lanes), block_threads, 0,
           cuda_device(device).stream(), states, elements, global, update, weights);
}

void sgd_step(Device& device, const SgdRule& rule, const float* lr, std::size_t lanes,
              const LaneState* states, std::size_t elements, PerLane<const float> gradient,
              PerLane<const float> weights, PerLane<float> velocity, PerLane<float> update) {
    const bool momentum = rule.momentum != 0.0f;
    const auto run = [&](auto* kernel) {
        launch(kernel, lane_grid(blocks_of(elements), lanes), block_threads, 0,
               cuda_device(device).stream(), rule, lr, states, elements, gradient, weights,
               velocity, update);
    };
    if (rule.weight_decay == 0.0f) {
        run(momentum ? sgd_step_kernel<true, Decay::none> : sgd_step_kernel<false, Decay::none>);
    } else if (rule.decay_weights) {
        run(momentum ? sgd_step_kernel<true, Decay::weights>
                     : sgd_step_kernel<false, Decay::weights>);
    } else {
        run(momentum ? sgd_step_kernel<true, Decay::update>
                     : sgd_step_kernel<false, Decay::update>);
    }
}

void state_changes(Device& device, std::span<const ChangeSource> clients, const float* global,
                   std::size_t first, std::size_t trainable, std::size_t state) {
    if (clients.empty()) {
        return;
    }
    CudaDevice& cuda = cuda_device(device);
    launch(state_changes_kernel, lane_grid(blocks_of(state - first), clients.size()), block_threads,
           0, cuda.stream(), cuda.list(Scratch::clients, clients), global, first, trainable,
           state - first);
}

void aggregate_dense(Device& device, std::span<const DenseValues> clients, std::size_t elements,
                     formula::Wide* sum) {
    if (clients.empty() || elements == 0) {
        return;
    }
    CudaDevice& cuda = cuda_device(device);
    launch(aggregate_dense_kernel, lane_grid(divide_up(elements, block_threads), 1), block_threads,
           0, cuda.stream(), cuda.list(Scratch::clients, clients), clients.size(), elements, sum);
}

void mean_of_masks(Device& device, std::size_t elements, const std::int64_t* sum, float unit,
                   std::uint64_t samples, double* mean) {
    if (elements == 0) {
        return;
    }
    const double scale = static_cast<double>(unit) / static_cast<double>(samples);
    launch(mean_of_masks_kernel, lane_grid(blocks_of(elements), 1), block_threads, 0,
           cuda_device(device).stream(), elements, sum, scale, mean);
}

void mean_of_dense(Device& device, std::size_t elements, const formula::Wide* sum,
                   std::uint64_t samples, double* mean) {
    if (elements == 0) { // of a model whose weights are all of its state: mean is past its end
        return;
    }
    launch(mean_of_dense_kernel, lane_grid(blocks_of(elements), 1), block_threads, 0,
           cuda_device(device).stream(), elements, sum, samples, mean);
}

void server_step(Device& device, double lr, double momentum, std::size_t elements,
                 const double* mean, double* velocity, float* global) {
    if (elements == 0) { // a model without statistics: their place is no device memory
        return;
    }
    launch(server_step_kernel, lane_grid(blocks_of(elements), 1), block_threads, 0,
           cuda_device(device).stream(), lr, momentum, elements, mean, velocity, global);
}

void add_values(Device& device, std::size_t elements, const float* values, float* sum) {
    if (elements != 0) {
        launch(add_values_kernel, lane_grid(blocks_of(elements), 1), block_threads, 0,
               cuda_device(device).stream(), elements, values, sum);
    }
}

void subtract_decoded(Device& device, std::size_t elements, const double* decoded, float* values) {
    if (elements != 0) {
        launch(subtract_decoded_kernel, lane_grid(blocks_of(elements), 1), block_threads, 0,
               cuda_device(device).stream(), elements, decoded, values);
    }
}

void adaptive_server_step(Device& device, const formula::AdaptiveRule& rule, std::size_t elements,
                          const double* mean, double* m, double* v, float* global) {
    if (elements == 0) {
        return;
    }
    launch(adaptive_server_step_kernel, lane_grid(blocks_of(elements), 1), block_threads, 0,
           cuda_device(device).stream(), rule, elements, mean, m, v, global);
}

} // namespace

void update_contracts(Backend& backend) {
    backend.set(kernels::add_update, add_update);
    backend.set(kernels::sgd_step, sgd_step);
    backend.set(kernels::state_changes, state_changes);
    backend.set(kernels::aggregate_dense, aggregate_dense);
    backend.set(kernels::mean_of_masks, mean_of_masks);
    backend.set(kernels::mean_of_dense, mean_of_dense);
    backend.set(kernels::server_step, server_step);
    backend.set(kernels::add_values, add_values);
    backend.set(kernels::subtract_decoded, subtract_decoded);
    backend.set(kernels::adaptive_server_step, adaptive_server_step);
}

} // namespace fedmrn::kernels::cuda
