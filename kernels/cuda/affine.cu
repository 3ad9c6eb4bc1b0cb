// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#include "kernels/affine.hpp"

#include "kernels/cuda/cuda_device.hpp"
#include "kernels/cuda/divider.hpp"
#include "kernels/cuda/grid.cuh"

namespace fedmrn::kernels::cuda {
namespace {

using formula::Affine;
using formula::AffineRule;
using formula::Calibration;
using formula::Reach;

// Scales: a block a group of a lane. All else: a thread an element, or a word of codes.
constexpr unsigned block_threads = 256;
constexpr unsigned warps = block_threads / warp_size;
constexpr unsigned digits = 4, digit_bits = 8; ///< of a magnitude's 32 bits
constexpr unsigned digit_values = 1u << digit_bits;
static_assert(digit_values == block_threads);

/// own of all threads, joined, in every thread. shared: [warps].
template <class T, class Join> __device__ T block_join(T own, T* shared, const Join& join) {
    for (unsigned step = warp_size / 2; step > 0; step /= 2) {
        own = join(own, __shfl_xor_sync(0xffffffffu, own, step));
    }
    __syncthreads(); // shared may still be read by an earlier call
    if (threadIdx.x % warp_size == 0) {
        shared[threadIdx.x / warp_size] = own;
    }
    __syncthreads();
    T all = shared[0];
    for (unsigned w = 1; w < warps; ++w) {
        all = join(all, shared[w]);
    }
    return all;
}

__device__ Reach block_reach(const float* x, std::size_t size, std::uint64_t* shared) {
    Reach own{};
    for (std::size_t i = threadIdx.x; i < size; i += block_threads) {
        own = formula::joined(own, formula::reach_of(x[i]));
    }
    const auto larger = [](std::uint64_t a, std::uint64_t b) { return a > b ? a : b; };
    const std::uint64_t below = block_join(std::uint64_t{own.below}, shared, larger);
    const std::uint64_t above = block_join(std::uint64_t{own.above}, shared, larger);
    return {static_cast<std::uint32_t>(below), static_cast<std::uint32_t>(above)};
}

/// The magnitude of this place in their order, found digit by digit, the highest first. counts:
/// [digit_values], found: [2], shared memory.
__device__ std::uint32_t magnitude_of_rank(const float* x, std::size_t size, std::uint64_t rank,
                                           std::uint32_t* counts, std::uint64_t* found) {
    std::uint32_t known = 0;
    for (unsigned digit = 0; digit < digits; ++digit) {
        const unsigned shift = digit_bits * (digits - 1 - digit);
        counts[threadIdx.x] = 0;
        __syncthreads();
        for (std::size_t i = threadIdx.x; i < size; i += block_threads) {
            const std::uint32_t bits = formula::magnitude_bits(x[i]);
            if (digit == 0 || (bits ^ known) >> (shift + digit_bits) == 0) {
                atomicAdd(&counts[bits >> shift & (digit_values - 1)], 1u);
            }
        }
        __syncthreads();
        if (threadIdx.x == 0) {
            std::uint32_t value = 0;
            std::uint64_t ahead = 0;
            while (ahead + counts[value] < rank) {
                ahead += counts[value];
                ++value;
            }
            found[0] = value;
            found[1] = rank - ahead;
        }
        __syncthreads();
        known |= static_cast<std::uint32_t>(found[0]) << shift;
        rank = found[1];
        __syncthreads();
    }
    return known;
}

__device__ Reach reach_of_least_error(const AffineRule& rule, const float* x, std::size_t size,
                                      Reach all, std::uint64_t* shared) {
    const float largest = formula::magnitude(formula::larger(all.below, all.above));
    Reach best = all;
    std::uint64_t least = ~std::uint64_t{0};
    for (std::uint32_t c = 0; c < formula::clip_candidates; ++c) {
        const Reach reach = formula::clip_candidate(all, c);
        const Affine affine = formula::affine_of(rule, reach);
        std::uint64_t own = 0;
        for (std::size_t i = threadIdx.x; i < size; i += block_threads) {
            own += formula::error_units(x[i], formula::quantized(rule, x[i], affine), largest);
        }
        const std::uint64_t error =
            block_join(own, shared, [](std::uint64_t a, std::uint64_t b) { return a + b; });
        if (error < least) {
            least = error;
            best = reach;
        }
    }
    return best;
}

__global__ void __launch_bounds__(block_threads)
    affine_scales_kernel(const AffineRule* rule_at, const LaneState* states, std::size_t size,
                         PerLane<const float> values, PerLane<Affine> scales) {
    FEDMRN_SHARED(std::uint64_t, shared, [warps]);
    FEDMRN_SHARED(std::uint64_t, found, [2]);
    FEDMRN_SHARED(std::uint32_t, counts, [digit_values]);
    const std::size_t lane = blockIdx.y;
    if (states[lane].samples == 0) {
        return;
    }
    const AffineRule rule = *rule_at;
    const float* x = of_lane(values, lane) + blockIdx.x * size;
    Reach reach = block_reach(x, size, shared);
    if (rule.calibration == Calibration::percentile && formula::can_be_clipped(reach)) {
        const std::uint64_t rank = formula::rank_of(rule.percentile, size);
        reach = formula::clipped(reach, magnitude_of_rank(x, size, rank, counts, found));
    }
    if (rule.calibration == Calibration::mse && formula::can_be_clipped(reach)) {
        reach = reach_of_least_error(rule, x, size, reach, shared);
    }
    if (threadIdx.x == 0) {
        of_lane(scales, lane)[blockIdx.x] = formula::affine_of(rule, reach);
    }
}

__global__ void __launch_bounds__(block_threads)
    fake_quantize_kernel(const AffineRule* rule_at, const LaneState* states, std::uint32_t elements,
                         Divider size, PerLane<const Affine> scales, PerLane<float> values,
                         PerLane<std::uint32_t> saturated) {
    const std::size_t lane = blockIdx.y;
    if (states[lane].samples == 0) {
        return;
    }
    const AffineRule rule = *rule_at;
    const std::uint32_t i = blockIdx.x * block_threads + threadIdx.x;
    bool outside = false;
    if (i < elements) {
        const Affine affine = of_lane(scales, lane)[size.divide(i)];
        float* x = of_lane(values, lane) + i;
        const float value = *x;
        outside = formula::saturates(rule, value, affine);
        *x = formula::quantized(rule, value, affine);
    }
    if (saturated.data) {
        const unsigned word = __ballot_sync(0xffffffffu, outside);
        if (i % warp_size == 0 && i < elements) {
            of_lane(saturated, lane)[i / warp_size] = word;
        }
    }
}

__global__ void __launch_bounds__(block_threads)
    straight_through_kernel(const LaneState* states, std::size_t elements,
                            PerLane<const std::uint32_t> saturated, PerLane<float> gradient) {
    const std::size_t lane = blockIdx.y;
    const std::size_t i = blockIdx.x * std::size_t{block_threads} + threadIdx.x;
    if (states[lane].samples == 0 || i >= elements) {
        return;
    }
    if ((of_lane(saturated, lane)[i / warp_size] >> i % warp_size & 1u) != 0) {
        of_lane(gradient, lane)[i] = 0.0f;
    }
}

/// The code of an element, for the formula that packs them, which the host has too.
struct CodeOf {
    AffineRule rule;
    Divider size;
    const float* values;
    const Affine* scales;
    __host__ __device__ std::uint32_t operator()(std::uint64_t i) const {
        const Affine affine = scales[size.divide(static_cast<std::uint32_t>(i))];
        return formula::code_bits_of(rule, values[i], affine);
    }
};

__global__ void __launch_bounds__(block_threads)
    affine_quantize_kernel(CodeOf code, std::uint32_t elements, std::size_t words,
                           std::uint32_t* __restrict__ packed) {
    const std::size_t word = blockIdx.x * std::size_t{block_threads} + threadIdx.x;
    if (word < words) {
        packed[word] = formula::packed_codes(word, elements, code.rule.bits, code);
    }
}

__global__ void __launch_bounds__(block_threads)
    affine_dequantize_kernel(AffineRule rule, std::uint32_t elements, Divider size,
                             const std::uint32_t* __restrict__ words,
                             const Affine* __restrict__ scales, float* __restrict__ values) {
    const std::uint32_t i = blockIdx.x * block_threads + threadIdx.x;
    if (i < elements) {
        const std::uint32_t bits = formula::packed_code(words, i, rule.bits);
        values[i] =
            formula::affine_value(formula::code_of_bits(rule, bits), scales[size.divide(i)]);
    }
}

void affine_scales(Device& device, const AffineRule* rule, std::size_t lanes,
                   const LaneState* states, std::size_t groups, std::size_t size,
                   PerLane<const float> values, PerLane<Affine> scales) {
    if (groups != 0) {
        launch(affine_scales_kernel, lane_grid(groups, lanes), block_threads, 0,
               cuda_device(device).stream(), rule, states, size, values, scales);
    }
}

void fake_quantize(Device& device, const AffineRule* rule, std::size_t lanes,
                   const LaneState* states, std::size_t groups, std::size_t size,
                   PerLane<const Affine> scales, PerLane<float> values,
                   PerLane<std::uint32_t> saturated) {
    if (const std::size_t elements = groups * size; elements != 0) {
        launch(fake_quantize_kernel, lane_grid(divide_up(elements, block_threads), lanes),
               block_threads, 0, cuda_device(device).stream(), rule, states,
               static_cast<std::uint32_t>(elements), Divider(static_cast<std::uint32_t>(size)),
               scales, values, saturated);
    }
}

void straight_through(Device& device, std::size_t lanes, const LaneState* states,
                      std::size_t elements, PerLane<const std::uint32_t> saturated,
                      PerLane<float> gradient) {
    launch(straight_through_kernel, lane_grid(divide_up(elements, block_threads), lanes),
           block_threads, 0, cuda_device(device).stream(), states, elements, saturated, gradient);
}

void affine_quantize(Device& device, const AffineRule& rule, std::size_t groups, std::size_t size,
                     const float* values, const Affine* scales, std::uint32_t* words) {
    if (const std::size_t elements = groups * size; elements != 0) {
        const auto packed = static_cast<std::size_t>(formula::code_words(elements, rule.bits));
        const CodeOf code{rule, Divider(static_cast<std::uint32_t>(size)), values, scales};
        launch(affine_quantize_kernel, lane_grid(divide_up(packed, block_threads), 1),
               block_threads, 0, cuda_device(device).stream(), code,
               static_cast<std::uint32_t>(elements), packed, words);
    }
}

void affine_dequantize(Device& device, const AffineRule& rule, std::size_t groups, std::size_t size,
                       const std::uint32_t* words, const Affine* scales, float* values) {
    if (const std::size_t elements = groups * size; elements != 0) {
        launch(affine_dequantize_kernel, lane_grid(divide_up(elements, block_threads), 1),
               block_threads, 0, cuda_device(device).stream(), rule,
               static_cast<std::uint32_t>(elements), Divider(static_cast<std::uint32_t>(size)),
               words, scales, values);
    }
}

} // namespace

void affine_contracts(Backend& backend) {
    backend.set(kernels::affine_scales, affine_scales);
    backend.set(kernels::fake_quantize, fake_quantize);
    backend.set(kernels::straight_through, straight_through);
    backend.set(kernels::affine_quantize, affine_quantize);
    backend.set(kernels::affine_dequantize, affine_dequantize);
}

} // namespace fedmrn::kernels::cuda
