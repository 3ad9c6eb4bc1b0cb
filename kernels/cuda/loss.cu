// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#include "kernels/loss.hpp"

#include "kernels/cuda/cuda_device.hpp"
#include "kernels/cuda/grid.cuh"

namespace fedmrn::kernels::cuda {
namespace {

constexpr unsigned rows_at_once = 64; ///< of a block, each a team of threads
constexpr std::uint32_t at_once = 8;  ///< logits that a thread reads before it uses them

/// The largest logit and its first place.
struct Largest {
    float value;
    std::uint32_t place;
};

__device__ __forceinline__ Largest larger(const Largest& a, const Largest& b) {
    return b.value > a.value || (b.value == a.value && b.place < a.place) ? b : a;
}

/// Calls body(class, logit) for a thread's classes of a row, every team-th.
template <unsigned team, class Body>
__device__ __forceinline__ void visit(const float* z, std::uint32_t classes, const Body& body) {
    for (std::uint32_t first = threadIdx.x % team; first < classes; first += team * at_once) {
        float logits[at_once];
        FEDMRN_UNROLL
        for (std::uint32_t i = 0; i < at_once; ++i) {
            const std::uint32_t c = first + i * team;
            logits[i] = c < classes ? z[c] : 0.0f;
        }
        FEDMRN_UNROLL
        for (std::uint32_t i = 0; i < at_once; ++i) {
            if (first + i * team < classes) {
                body(first + i * team, logits[i]);
            }
        }
    }
}

template <unsigned team> __device__ __forceinline__ Largest largest_of_team(Largest best) {
    FEDMRN_UNROLL
    for (int step = team / 2; step > 0; step /= 2) {
        best = larger(best, {__shfl_xor_sync(0xffffffffu, best.value, step),
                             __shfl_xor_sync(0xffffffffu, best.place, step)});
    }
    return best;
}

/// Of the threads with the same number in their group of `from` threads.
template <unsigned to, unsigned from = 1, class T> __device__ __forceinline__ T sum_of(T value) {
    FEDMRN_UNROLL
    for (int step = to / 2; step >= static_cast<int>(from); step /= 2) {
        value += __shfl_xor_sync(0xffffffffu, value, step);
    }
    return value;
}

/// A block a lane, a team of threads a row. A team adds its rows' losses in their order, then the
/// teams' are added in a fixed one, so that the sum is the same at any number of lanes.
template <unsigned team>
__global__ void __launch_bounds__(rows_at_once* team)
    cross_entropy_kernel(std::uint32_t batch, std::uint32_t classes, const LaneState* states,
                         const float* __restrict__ logits, const std::uint16_t* __restrict__ labels,
                         float* __restrict__ gradient, LaneMetrics* metrics) {
    constexpr unsigned warps = rows_at_once * team / warp_size;
    const std::size_t lane = blockIdx.x;
    const std::uint32_t samples = states[lane].samples;
    if (samples == 0) {
        return;
    }
    FEDMRN_SHARED(double, losses, [warps]);
    FEDMRN_SHARED(std::uint32_t, hits, [warps]);
    const unsigned warp = threadIdx.x / warp_size;
    LaneMetrics tally{};
    if (threadIdx.x == 0) {
        tally = metrics[lane];
    }
    double loss = 0;
    std::uint32_t correct = 0;
    for (std::uint32_t first = 0; first < samples; first += rows_at_once) {
        const std::uint32_t row = first + threadIdx.x / team;
        const bool there = row < samples; // else the team has no classes, and goes along
        const std::size_t at = lane * batch + (there ? row : 0);
        const std::uint32_t own = there ? classes : 0;
        const float* z = logits + at * classes;
        const std::uint32_t label = labels[at];
        const float aimed = z[label];
        Largest best{-INFINITY, UINT32_MAX};
        visit<team>(z, own, [&](std::uint32_t c, float logit) { best = larger(best, {logit, c}); });
        best = largest_of_team<team>(best);
        float sum = 0;
        visit<team>(z, own, [&](std::uint32_t, float logit) { sum += expf(logit - best.value); });
        sum = sum_of<team>(sum);
        if (there) {
            loss += static_cast<double>(logf(sum) + (best.value - aimed));
            correct += best.place == label;
        }
        if (gradient) {
            const float scale = 1.0f / static_cast<float>(samples);
            visit<team>(z, own, [&](std::uint32_t c, float logit) {
                const float p = expf(logit - best.value) / sum;
                gradient[at * classes + c] = (p - (c == label ? 1.0f : 0.0f)) * scale;
            });
        }
    }
    loss = sum_of<warp_size, team>(loss);
    correct = sum_of<warp_size, team>(correct);
    if (threadIdx.x % warp_size == 0) {
        losses[warp] = loss;
        hits[warp] = correct;
    }
    __syncthreads();
    if (threadIdx.x == 0) {
        for (unsigned w = 1; w < warps; ++w) {
            loss += losses[w];
            correct += hits[w];
        }
        tally.sum += loss;
        tally.hits += correct;
        tally.rows += samples;
        metrics[lane] = tally;
    }
}

void cross_entropy(Device& device, std::size_t lanes, std::size_t batch, std::size_t classes,
                   const LaneState* states, const float* logits, const std::uint16_t* labels,
                   float* gradient, LaneMetrics* metrics) {
    const auto with = [&]<unsigned team>() {
        launch(cross_entropy_kernel<team>, dim3(static_cast<unsigned>(lanes)), rows_at_once * team,
               0, cuda_device(device).stream(), static_cast<std::uint32_t>(batch),
               static_cast<std::uint32_t>(classes), states, logits, labels, gradient, metrics);
    };
    classes <= 4 * at_once ? with.operator()<4>() : with.operator()<16>();
}

} // namespace

void loss_contracts(Backend& backend) { backend.set(kernels::cross_entropy, cross_entropy); }

} // namespace fedmrn::kernels::cuda
