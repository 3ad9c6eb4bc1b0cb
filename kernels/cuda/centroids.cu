// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#include "kernels/cuda/cuda_device.hpp"
#include "kernels/cuda/grid.cuh"
#include "kernels/hadamard.hpp"

namespace fedmrn::kernels::cuda {
namespace {

constexpr unsigned block_threads = formula::moment_rows;

/// The sum of a block's partial sums, by halves.
__device__ __forceinline__ double total(double own, double* partial) {
    __syncthreads();
    partial[threadIdx.x] = own;
    for (unsigned half = block_threads / 2; half > 0; half /= 2) {
        __syncthreads();
        if (threadIdx.x < half) {
            partial[threadIdx.x] += partial[threadIdx.x + half];
        }
    }
    __syncthreads();
    return partial[0];
}

/// A block a client; thread t makes partial sum t, and a warp's ballot is a packed word.
__global__ void __launch_bounds__(block_threads)
    nearest_centroids_kernel(formula::Codebook book, formula::Estimate estimate,
                             const CentroidSource* __restrict__ clients, std::size_t n) {
    FEDMRN_SHARED(double, partial, [block_threads]);
    const CentroidSource client = clients[blockIdx.y];
    const unsigned thread = threadIdx.x % warp_size;
    double rr = 0.0, qr = 0.0, qq = 0.0;
    for (std::size_t i = threadIdx.x; i < n; i += block_threads) {
        const double wide = static_cast<double>(client.values.get()[i]);
        rr += wide * wide;
    }
    rr = total(rr, partial);
    const double per_deviation = formula::per_deviation(rr, n);
    for (std::size_t begin = threadIdx.x - thread; begin < n; begin += block_threads) {
        const std::size_t i = begin + thread;
        std::uint32_t code = 0;
        if (i < n) {
            const float x = client.values.get()[i];
            code = formula::nearest_code(book, x, per_deviation);
            const double q = static_cast<double>(formula::centroid(book, code));
            qr += q * static_cast<double>(x);
            qq += q * q;
        }
        for (unsigned p = 0; p < book.bits; ++p) {
            const unsigned plane = __ballot_sync(0xffffffffu, (code >> p & 1u) != 0);
            if (thread == 0) {
                client.words.get()[begin / warp_size * book.bits + p] = plane;
            }
        }
    }
    qr = total(qr, partial);
    qq = total(qq, partial);
    if (threadIdx.x == 0) {
        *client.scale.get() = formula::centroid_scale(estimate, rr, qr, qq);
    }
}

void nearest_centroids(Device& device, const formula::Codebook& book, formula::Estimate estimate,
                       std::span<const CentroidSource> clients, std::size_t n) {
    if (clients.empty()) {
        return;
    }
    CudaDevice& cuda = cuda_device(device);
    launch(nearest_centroids_kernel, lane_grid(1, clients.size()), block_threads, 0, cuda.stream(),
           book, estimate, cuda.list(Scratch::clients, clients), n);
}

} // namespace

void centroids_contracts(Backend& backend) {
    backend.set(kernels::nearest_centroids, nearest_centroids);
}

} // namespace fedmrn::kernels::cuda
