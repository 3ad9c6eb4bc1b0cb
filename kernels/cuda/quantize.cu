// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#include "kernels/quantize.hpp"

#include "kernels/cuda/cuda_device.hpp"
#include "kernels/cuda/grid.cuh"
#include "kernels/cuda/moments.cuh"
#include "kernels/cuda/random.cuh"

namespace fedmrn::kernels::cuda {
namespace {

// As in mask.cu a warp holds a tile of 128 elements, in rows of 32: a ballot of the warp is a
// packed word. A client a blockIdx.y.
constexpr unsigned block_threads = 256;
constexpr unsigned tiles_per_block = block_threads / warp_size;
constexpr unsigned rows = 4;
constexpr unsigned sum_threads = formula::moment_rows;

/// A block a bucket of a client.
__global__ void __launch_bounds__(sum_threads)
    tensor_scales_kernel(formula::ScaleKind kind, const ScaleSource* __restrict__ clients,
                         std::size_t elements, std::size_t bucket) {
    FEDMRN_SHARED(formula::Moments, partial, [sum_threads]);
    const ScaleSource client = clients[blockIdx.y];
    const std::size_t begin = blockIdx.x * bucket, left = elements - begin;
    const std::size_t count = left < bucket ? left : bucket;
    const formula::Moments moments = block_moments(client.values.get() + begin, count, partial);
    if (threadIdx.x == 0) {
        client.scale.get()[blockIdx.x] = formula::scale_of(kind, moments, count);
    }
}

__global__ void __launch_bounds__(block_threads)
    quantize_kernel(unsigned levels, unsigned bits, std::uint32_t tensor,
                    const QuantizeSource* __restrict__ clients, std::size_t elements,
                    unsigned bucket_shift) {
    const QuantizeSource client = clients[blockIdx.y];
    const std::size_t tile = blockIdx.x * std::size_t{tiles_per_block} + threadIdx.x / warp_size;
    const unsigned thread = threadIdx.x % warp_size;
    const std::size_t first = tile * formula::tile + thread;
    float x[rows];
    bool drawn = levels != 0; // signs need words for zeros alone
    FEDMRN_UNROLL
    for (unsigned row = 0; row < rows; ++row) {
        const std::size_t i = first + row * warp_size;
        x[row] = i < elements ? client.values.get()[i] : 1.0f;
        drawn = drawn || x[row] == 0.0f;
    }
    double per_scale = 0.0;
    formula::Words draw{};
    if (drawn) {
        draw = random(client.seed, tile * warp_size + thread, tensor, formula::purpose_quantize);
    }
    if (levels != 0 && first < elements) {
        per_scale = static_cast<double>(levels) /
                    static_cast<double>(client.scale.get()[first >> bucket_shift]);
    }
    FEDMRN_UNROLL
    for (unsigned row = 0; row < rows; ++row) {
        const std::size_t i = first + row * warp_size;
        std::uint32_t code = 0;
        if (i < elements) {
            code = levels == 0 ? formula::sign_code(x[row], draw.w[row])
                               : formula::quantize(x[row], per_scale, levels, draw.w[row]);
        }
        for (unsigned p = 0; p < bits; ++p) {
            const unsigned plane = __ballot_sync(0xffffffffu, (code >> p & 1u) != 0);
            if (thread == 0 && i < elements) {
                client.words.get()[i / warp_size * bits + p] = plane;
            }
        }
    }
}

/// Clients one after another: the sum is read and written once.
__global__ void __launch_bounds__(block_threads)
    aggregate_packed_kernel(unsigned levels, unsigned bits,
                            const PackedValues* __restrict__ clients, std::size_t client_count,
                            std::size_t elements, unsigned bucket_shift,
                            formula::Wide* __restrict__ sum) {
    const std::size_t i = blockIdx.x * std::size_t{block_threads} + threadIdx.x;
    if (i >= elements) {
        return;
    }
    formula::Wide total = sum[i];
    for (std::size_t k = 0; k < client_count; ++k) {
        const PackedValues client = clients[k];
        const std::uint32_t* planes = client.words.get() + i / warp_size * bits;
        std::uint32_t code = 0;
        for (unsigned p = 0; p < bits; ++p) {
            code |= (planes[p] >> i % warp_size & 1u) << p;
        }
        const float* scales = client.scales.get();
        const float scale = scales != nullptr ? scales[i >> bucket_shift] : client.scale;
        const float value = formula::dequantize(code, scale, levels);
        total += static_cast<formula::Wide>(client.samples) * formula::to_fixed(value);
    }
    sum[i] = total;
}

__global__ void __launch_bounds__(block_threads)
    vote_kernel(std::size_t elements, double step, bool majority, double* mean) {
    const std::size_t i = blockIdx.x * std::size_t{block_threads} + threadIdx.x;
    if (i < elements) {
        mean[i] = formula::vote(mean[i], step, majority);
    }
}

void tensor_scales(Device& device, formula::ScaleKind kind, std::span<const ScaleSource> clients,
                   std::size_t elements, std::uint64_t bucket) {
    if (clients.empty() || elements == 0) {
        return;
    }
    CudaDevice& cuda = cuda_device(device);
    const std::size_t each = bucket < elements ? static_cast<std::size_t>(bucket) : elements;
    launch(tensor_scales_kernel, lane_grid(divide_up(elements, each), clients.size()), sum_threads,
           0, cuda.stream(), kind, cuda.list(Scratch::clients, clients), elements, each);
}

void quantize(Device& device, unsigned levels, std::uint32_t tensor,
              std::span<const QuantizeSource> clients, std::size_t elements, std::uint64_t bucket) {
    if (clients.empty()) {
        return;
    }
    CudaDevice& cuda = cuda_device(device);
    launch(quantize_kernel,
           lane_grid(divide_up(elements, formula::tile * tiles_per_block), clients.size()),
           block_threads, 0, cuda.stream(), levels, formula::code_bits(levels), tensor,
           cuda.list(Scratch::clients, clients), elements, formula::bucket_shift(bucket));
}

void aggregate_packed(Device& device, unsigned levels, std::span<const PackedValues> clients,
                      std::size_t elements, std::uint64_t bucket, formula::Wide* sum) {
    if (clients.empty()) {
        return;
    }
    CudaDevice& cuda = cuda_device(device);
    launch(aggregate_packed_kernel, lane_grid(divide_up(elements, block_threads), 1), block_threads,
           0, cuda.stream(), levels, formula::code_bits(levels),
           cuda.list(Scratch::clients, clients), clients.size(), elements,
           formula::bucket_shift(bucket), sum);
}

void vote(Device& device, std::size_t elements, double step, bool majority, double* mean) {
    launch(vote_kernel, lane_grid(divide_up(elements, block_threads), 1), block_threads, 0,
           cuda_device(device).stream(), elements, step, majority, mean);
}

} // namespace

void quantize_contracts(Backend& backend) {
    backend.set(kernels::tensor_scales, tensor_scales);
    backend.set(kernels::quantize, quantize);
    backend.set(kernels::aggregate_packed, aggregate_packed);
    backend.set(kernels::vote, vote);
}

} // namespace fedmrn::kernels::cuda
