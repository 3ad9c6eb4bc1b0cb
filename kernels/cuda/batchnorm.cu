// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#include "kernels/batchnorm.hpp"

#include "kernels/cuda/batchnorm.cuh"

namespace fedmrn::kernels::cuda {
namespace {

using formula::Bf16;
using formula::to_float;

constexpr unsigned block_threads = 256;
template <unsigned group> using MomentSums = ChannelSums<group, 512>;
template <unsigned group>
using GradientSums = ChannelSums<group, 128>; // of the fewer pooled pixels

using formula::Affine;

/// Mean and deviation of each channel, from sums of x and x² around its first value.
template <class T, unsigned group>
__global__ void __launch_bounds__(MomentSums<group>::threads, 5)
    moments_kernel(Planes planes, const LaneState* states, const T* __restrict__ x,
                   double* __restrict__ sums, std::uint32_t* __restrict__ counters,
                   BatchnormParameters parameters, PerLane<float> running_mean,
                   PerLane<float> running_variance, PerLane<float> mean, PerLane<float> inverse,
                   Affine* __restrict__ affine) {
    const std::size_t lane = blockIdx.y;
    const std::uint32_t channels = planes.channels.divisor();
    const std::uint32_t pixels = states[lane].samples * planes.height * planes.width;
    if (blockIdx.z * MomentSums<group>::chunk >= pixels) {
        return;
    }
    MomentSums<group> mine;
    const std::uint32_t c = mine.channel();
    if (c < channels) {
        const T* at = x + lane * planes.in_lane() + c;
        const auto origin = get<group>(at);
        mine.run(
            pixels, [&](std::uint32_t p) { return get<group>(at + std::size_t{p} * channels); },
            [&](const Group<T, group>& values) {
                FEDMRN_UNROLL
                for (unsigned i = 0; i < group; ++i) {
                    const float d = to_float(values.v[i]) - to_float(origin.v[i]);
                    mine.first[i] += d;
                    mine.second[i] += d * d;
                }
            });
    }
    mine.add_up(channels, pixels, sums, counters, [&](std::uint32_t at, TwoSums total) {
        const double count = pixels;
        const formula::BatchMoments batch = formula::batch_moments(
            to_float(x[lane * planes.in_lane() + at]), total.first, total.second, count);
        const double inv = formula::inverse_deviation(batch.variance);
        of_lane(mean, lane)[at] = static_cast<float>(batch.mean);
        of_lane(inverse, lane)[at] = static_cast<float>(inv);
        float& old_mean = of_lane(running_mean, lane)[at];
        float& old_variance = of_lane(running_variance, lane)[at];
        old_mean = formula::running_statistic(old_mean, batch.mean);
        old_variance =
            formula::running_statistic(old_variance, formula::unbiased(batch.variance, count));
        affine[lane * channels + at] =
            formula::by_batch(of_lane(parameters.gamma, lane)[at],
                              of_lane(parameters.beta, lane)[at], batch.mean, inv);
    });
}

__global__ void __launch_bounds__(block_threads)
    inference_kernel(std::uint32_t channels, BatchnormParameters parameters,
                     PerLane<const float> running_mean, PerLane<const float> running_variance,
                     Affine* __restrict__ affine) {
    const std::size_t lane = blockIdx.y;
    const std::uint32_t c = blockIdx.x * block_threads + threadIdx.x;
    if (c < channels) {
        affine[lane * channels + c] = formula::by_running(
            of_lane(parameters.gamma, lane)[c], of_lane(parameters.beta, lane)[c],
            of_lane(running_mean, lane)[c], of_lane(running_variance, lane)[c]);
    }
}

/// Normalise, ReLU, pool: a thread a group of output channels, an image a blockIdx.z.
template <class T, unsigned group>
__global__ void __launch_bounds__(block_threads, 4)
    apply_kernel(Planes planes, const LaneState* states, const T* __restrict__ x,
                 const Affine* __restrict__ affine, T* __restrict__ y,
                 std::uint8_t* __restrict__ chosen) {
    const std::size_t lane = blockIdx.y;
    const std::uint32_t channels = planes.channels.divisor();
    const std::uint32_t i = (blockIdx.x * block_threads + threadIdx.x) * group;
    if (blockIdx.z >= states[lane].samples || i >= planes.out_image()) {
        return;
    }
    const std::uint32_t p = planes.channels.divide(i), c = i - p * channels;
    const T* first = x + lane * planes.in_lane() + blockIdx.z * planes.in_image() +
                     std::size_t{planes.window(p)} * channels + c;
    const auto transform = get<group>(affine + lane * channels + c);
    float best[group] = {};
    Group<std::uint8_t, group> which{};
    for (std::uint32_t k = 0; k < planes.pool * planes.pool; ++k) {
        const auto values = get<group>(first + std::size_t{planes.within(k)} * channels);
        for (unsigned j = 0; j < group; ++j) {
            const float value = formula::normalised(to_float(values.v[j]), transform.v[j].scale,
                                                    transform.v[j].shift);
            if (k == 0 || formula::exceeds(value, best[j])) {
                best[j] = value;
                which.v[j] = static_cast<std::uint8_t>(k);
            }
        }
    }
    const std::size_t at = lane * planes.out_lane() + blockIdx.z * planes.out_image() + i;
    Group<T, group> result;
    for (unsigned j = 0; j < group; ++j) {
        result.v[j] = stored<T>(formula::rectified(best[j], planes.relu), planes.tensor_floats);
    }
    set(y + at, result);
    if (chosen) {
        set(chosen + at, which);
    }
}

/// dβ = Σ g and dγ = Σ g · x̂, g = dy where ReLU let y pass, at the pixel that the pool chose; and
/// how dx is made of them. x is read where y does not tell x̂; a bf16 y never does.
template <class T, unsigned group>
__global__ void __launch_bounds__(GradientSums<group>::threads, std::is_same_v<T, float> ? 4 : 3)
    gradient_sums_kernel(Planes planes, const LaneState* states, const T* __restrict__ x,
                         const T* __restrict__ y, const std::uint8_t* __restrict__ chosen,
                         const T* __restrict__ dy, double* __restrict__ sums,
                         std::uint32_t* __restrict__ counters, BatchnormParameters parameters,
                         PerLane<const float> mean, PerLane<const float> inverse,
                         PerLane<float> dgamma, PerLane<float> dbeta, Spread* __restrict__ spread) {
    const std::size_t lane = blockIdx.y;
    const std::uint32_t channels = planes.channels.divisor();
    const std::uint32_t pixels = states[lane].samples * planes.out_plane.divisor();
    if (blockIdx.z * GradientSums<group>::chunk >= pixels) {
        return;
    }
    GradientSums<group> mine;
    const std::uint32_t c = mine.channel();
    if (c < channels) {
        const std::size_t out = lane * planes.out_lane() + c;
        float centre[group]; // of x̂ = (x − mean)/σ = (y − β)/γ
        constexpr bool wide = std::is_same_v<T, float>;
        bool told = wide; // whether y tells x̂
        FEDMRN_UNROLL
        for (unsigned i = 0; i < group; ++i) {
            centre[i] = (of_lane(parameters.beta, lane) + c)[i];
            // Not &&: the loads go at once.
            told &= formula::told_by_output((of_lane(parameters.gamma, lane) + c)[i], centre[i]);
        }
        const auto add = [&](unsigned i, T passed, T arriving, T value) {
            const bool pass = formula::passes(to_float(passed), planes.relu);
            const float g = pass ? to_float(arriving) : 0.0f;
            mine.first[i] += g;
            mine.second[i] += g * (to_float(value) - centre[i]);
        };
        if (told) {
            struct Loaded {
                Group<T, group> passed, arriving;
            };
            mine.run(
                pixels,
                [&](std::uint32_t p) {
                    const std::size_t at = out + std::size_t{p} * channels;
                    return Loaded{get<group>(y + at), get<group>(dy + at)};
                },
                [&](const Loaded& loaded) {
                    FEDMRN_UNROLL
                    for (unsigned i = 0; i < group; ++i) {
                        add(i, loaded.passed.v[i], loaded.arriving.v[i], loaded.passed.v[i]);
                    }
                });
        } else {
            FEDMRN_UNROLL
            for (unsigned i = 0; i < group; ++i) {
                centre[i] = (of_lane(mean, lane) + c)[i];
            }
            const T* images = x + lane * planes.in_lane() + c;
            struct Loaded {
                Group<T, group> passed, arriving, values;
            };
            const auto run = [&](const auto& values) {
                mine.template run<wide ? 2 : 4>( // as many as leave the other way its occupancy
                    pixels,
                    [&](std::uint32_t p) {
                        const std::size_t at = out + std::size_t{p} * channels;
                        return Loaded{get<group>(y + at), get<group>(dy + at),
                                      values(planes.window(p), at)};
                    },
                    [&](const Loaded& loaded) {
                        FEDMRN_UNROLL
                        for (unsigned i = 0; i < group; ++i) {
                            add(i, loaded.passed.v[i], loaded.arriving.v[i], loaded.values.v[i]);
                        }
                    });
            };
            if (chosen) {
                run([&](std::uint32_t window, std::size_t at) {
                    const auto which = get<group>(chosen + at);
                    Group<T, group> values;
                    FEDMRN_UNROLL
                    for (unsigned i = 0; i < group; ++i) {
                        const std::uint32_t pixel = window + planes.within(which.v[i]);
                        values.v[i] = images[std::size_t{pixel} * channels + i];
                    }
                    return values;
                });
            } else {
                run([&](std::uint32_t window, std::size_t) {
                    return get<group>(images + std::size_t{window} * channels);
                });
            }
        }
        FEDMRN_UNROLL
        for (unsigned i = 0; i < group; ++i) {
            mine.second[i] *= told ? 1.0f / (of_lane(parameters.gamma, lane) + c)[i]
                                   : (of_lane(inverse, lane) + c)[i];
        }
    }
    mine.add_up(channels, pixels, sums, counters, [&](std::uint32_t at, TwoSums total) {
        const double count = states[lane].samples * planes.height * planes.width;
        of_lane(dbeta, lane)[at] = static_cast<float>(total.first);
        of_lane(dgamma, lane)[at] = static_cast<float>(total.second);
        spread[lane * channels + at] = {formula::spread(of_lane(parameters.gamma, lane)[at],
                                                        of_lane(inverse, lane)[at], total.first,
                                                        total.second, count),
                                        of_lane(mean, lane)[at]};
    });
}

template <class T, unsigned group>
void apply(CudaDevice& cuda, const BatchnormShape& shape, const Planes& planes,
           const LaneState* states, const void* x, const Affine* affine, void* y,
           std::uint8_t* chosen) {
    launch(
        apply_kernel<T, group>,
        lane_grid(divide_up(planes.out_image(), block_threads * group), shape.lanes, shape.batch),
        block_threads, 0, cuda.stream(), planes, states, static_cast<const T*>(x), affine,
        static_cast<T*>(y), chosen);
}

template <class Coefficients>
Coefficients* coefficients(CudaDevice& cuda, const BatchnormShape& shape) {
    return static_cast<Coefficients*>(cuda.scratch(
        Scratch::batchnorm_coefficients, shape.lanes * shape.channels * sizeof(Coefficients)));
}

double* sums_of(CudaDevice& cuda, const BatchnormShape& shape, std::size_t chunks) {
    return static_cast<double*>(cuda.scratch(
        Scratch::batchnorm_sums, shape.lanes * chunks * 2 * shape.channels * sizeof(double)));
}

/// One for every 32 channels of a lane. They are zero where they are made, and after each launch.
std::uint32_t* counters_of(CudaDevice& cuda, const BatchnormShape& shape) {
    const std::size_t bytes =
        shape.lanes * divide_up(shape.channels, MomentSums<1>::channels) * sizeof(std::uint32_t);
    const void* before = cuda.scratch(Scratch::batchnorm_counters, 0);
    void* counters = cuda.scratch(Scratch::batchnorm_counters, bytes);
    if (counters != before) {
        cuda.clear(DevicePointer<void>::from_device(counters), bytes);
    }
    return static_cast<std::uint32_t*>(counters);
}

void batchnorm_forward(Device& device, const BatchnormShape& shape, const LaneState* states,
                       const void* x, BatchnormParameters parameters, PerLane<float> running_mean,
                       PerLane<float> running_variance, PerLane<float> mean, PerLane<float> inverse,
                       void* y, std::uint8_t* chosen) {
    CudaDevice& cuda = cuda_device(device);
    const Planes planes(cuda, shape);
    const std::uint32_t chunks = MomentSums<1>::chunks(shape.batch * shape.height * shape.width);
    double* sums = sums_of(cuda, shape, chunks);
    std::uint32_t* counters = counters_of(cuda, shape);
    auto* affine = coefficients<Affine>(cuda, shape);
    with_group(shape.real, shape.channels, {x, y, chosen}, [&]<class T, unsigned group>() {
        const T* images = static_cast<const T*>(x);
        launch(
            moments_kernel<T, group>,
            lane_grid(divide_up(shape.channels, MomentSums<group>::channels), shape.lanes, chunks),
            MomentSums<group>::threads, 0, cuda.stream(), planes, states, images, sums, counters,
            parameters, running_mean, running_variance, mean, inverse, affine);
        apply<T, group>(cuda, shape, planes, states, x, affine, y, chosen);
    });
}

void batchnorm_inference(Device& device, const BatchnormShape& shape, const LaneState* states,
                         const void* x, BatchnormParameters parameters,
                         PerLane<const float> running_mean, PerLane<const float> running_variance,
                         void* y) {
    CudaDevice& cuda = cuda_device(device);
    const Planes planes(cuda, shape);
    auto* affine = coefficients<Affine>(cuda, shape);
    launch(inference_kernel, lane_grid(divide_up(shape.channels, block_threads), shape.lanes),
           block_threads, 0, cuda.stream(), static_cast<std::uint32_t>(shape.channels), parameters,
           running_mean, running_variance, affine);
    with_group(shape.real, shape.channels, {x, y}, [&]<class T, unsigned group>() {
        apply<T, group>(cuda, shape, planes, states, x, affine, y, nullptr);
    });
}

void batchnorm_backward(Device& device, const BatchnormShape& shape, const LaneState* states,
                        const void* x, const void* y, const std::uint8_t* chosen, const void* dy,
                        BatchnormParameters parameters, PerLane<const float> mean,
                        PerLane<const float> inverse, void* dx, PerLane<float> dgamma,
                        PerLane<float> dbeta) {
    CudaDevice& cuda = cuda_device(device);
    const Planes planes(cuda, shape);
    const std::uint32_t chunks =
        GradientSums<1>::chunks(shape.batch * shape.out_height() * shape.out_width());
    double* sums = sums_of(cuda, shape, chunks);
    std::uint32_t* counters = counters_of(cuda, shape);
    auto* spread = coefficients<Spread>(cuda, shape);
    with_group(shape.real, shape.channels, {x, y, chosen, dy, dx}, [&]<class T, unsigned group>() {
        const T* images = static_cast<const T*>(x);
        const T* outputs = static_cast<const T*>(y);
        const T* gradient = static_cast<const T*>(dy);
        launch(gradient_sums_kernel<T, group>,
               lane_grid(divide_up(shape.channels, GradientSums<group>::channels), shape.lanes,
                         chunks),
               GradientSums<group>::threads, 0, cuda.stream(), planes, states, images, outputs,
               chosen, gradient, sums, counters, parameters, mean, inverse, dgamma, dbeta, spread);
        T* const result = static_cast<T*>(dx);
        if constexpr (group == 4) {
            if (shape.pool == 2) {
                const std::size_t across = divide_up(shape.width, 2);
                const std::size_t every = across * divide_up(shape.height, 2);
                const std::size_t threads = shape.batch * every * shape.channels / group;
                launch(spread_windows_kernel<T>,
                       lane_grid(divide_up(threads, spread_threads), shape.lanes), spread_threads,
                       0, cuda.stream(), planes, Divider(static_cast<std::uint32_t>(across)),
                       Divider(static_cast<std::uint32_t>(every)), states, images, outputs, chosen,
                       gradient, spread, result);
                return;
            }
        }
        launch(spread_kernel<T, group>,
               lane_grid(divide_up(planes.in_image(), spread_threads * group), shape.lanes,
                         shape.batch),
               spread_threads, 0, cuda.stream(), planes, states, images, outputs, chosen, gradient,
               spread, result);
    });
}

} // namespace

void batchnorm_contracts(Backend& backend) {
    backend.set(kernels::batchnorm_forward, batchnorm_forward);
    backend.set(kernels::batchnorm_inference, batchnorm_inference);
    backend.set(kernels::batchnorm_backward, batchnorm_backward);
}

} // namespace fedmrn::kernels::cuda
