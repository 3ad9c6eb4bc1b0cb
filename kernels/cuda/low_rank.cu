// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#include "kernels/low_rank.hpp"

#include "kernels/cuda/cuda_device.hpp"
#include "kernels/cuda/factors.cuh"
#include "kernels/cuda/random.cuh"
#include "kernels/formula/normal.hpp"
#include "kernels/formula/quantize.hpp"

namespace fedmrn::kernels::cuda {
namespace {

// A client a blockIdx.y. Components are taken a few at a time, so that a matrix is read once for
// the usual ranks.
constexpr unsigned block_threads = 256;
constexpr unsigned warps = block_threads / warp_size;
constexpr unsigned at_once = 4; ///< components
constexpr unsigned random_rows = 4;

/// A warp a tile of 128 elements, as in mask.cu.
__global__ void __launch_bounds__(block_threads)
    start_factors_kernel(std::uint32_t tensor, const MatrixFactors* __restrict__ clients,
                         std::size_t elements) {
    const MatrixFactors client = clients[blockIdx.y];
    const std::size_t tile = blockIdx.x * std::size_t{warps} + threadIdx.x / warp_size;
    const unsigned thread = threadIdx.x % warp_size;
    const formula::Words words =
        random(client.seed, tile * warp_size + thread, tensor, formula::purpose_factor);
    FEDMRN_UNROLL
    for (unsigned row = 0; row < random_rows; ++row) {
        const std::size_t i = tile * formula::tile + row * warp_size + thread;
        if (i < elements) {
            client.q.get()[i] = formula::normal_quantile(words.w[row]);
        }
    }
}

/// A warp a row of the matrix; thread t makes partial sum t.
__global__ void __launch_bounds__(block_threads)
    multiply_rows_kernel(FactorShape shape, const MatrixFactors* __restrict__ clients) {
    const MatrixFactors client = clients[blockIdx.y];
    const std::size_t i = blockIdx.x * std::size_t{warps} + threadIdx.x / warp_size;
    const unsigned thread = threadIdx.x % warp_size;
    if (i >= shape.rows) {
        return;
    }
    const float* __restrict__ row = client.matrix.get() + i * shape.columns;
    for (std::size_t k = 0; k < shape.rank; k += at_once) {
        const std::size_t left = shape.rank - k;
        float own[at_once] = {};
        for (std::size_t j = thread; j < shape.columns; j += warp_size) {
            const float x = row[j];
            FEDMRN_UNROLL
            for (unsigned c = 0; c < at_once; ++c) {
                if (c < left) {
                    own[c] += x * client.q.get()[(k + c) * shape.columns + j];
                }
            }
        }
        FEDMRN_UNROLL
        for (unsigned c = 0; c < at_once; ++c) {
            const float sum = add_halves(own[c]);
            if (thread == 0 && c < left) {
                client.p.get()[(k + c) * shape.rows + i] = sum;
            }
        }
    }
}

__global__ void __launch_bounds__(block_threads)
    multiply_columns_kernel(FactorShape shape, const MatrixFactors* __restrict__ clients) {
    const MatrixFactors client = clients[blockIdx.y];
    const unsigned warp = threadIdx.x / warp_size, thread = threadIdx.x % warp_size;
    const std::size_t j = blockIdx.x * std::size_t{warp_size} + thread;
    for (std::size_t k = 0; k < shape.rank; k += at_once) {
        const std::size_t left = shape.rank - k;
        ColumnSums<at_once> sums;
        for (std::size_t begin = warp; j < shape.columns && begin < shape.rows;
             begin += formula::sum_rows) {
            FEDMRN_UNROLL
            for (unsigned s = 0; s < sums.rows; ++s) {
                const std::size_t i = begin + s * warps;
                const float x = i < shape.rows ? client.matrix.get()[i * shape.columns + j] : 0.0f;
                FEDMRN_UNROLL
                for (unsigned c = 0; c < at_once; ++c) {
                    if (i < shape.rows && c < left) {
                        sums.own[s][c] += x * client.p.get()[(k + c) * shape.rows + i];
                    }
                }
            }
        }
        const float* total = sums.total();
        if (warp < at_once && warp < left && j < shape.columns) {
            client.q.get()[(k + warp) * shape.columns + j] = total[warp * warp_size + thread];
        }
    }
}

/// Σ a[i] · b[i] by a warp, in float64; every thread gets it.
__device__ __forceinline__ double wide_dot(const float* a, const float* b, std::size_t n) {
    double own = 0.0;
    for (std::size_t i = threadIdx.x; i < n; i += warp_size) {
        own += static_cast<double>(a[i]) * static_cast<double>(b[i]);
    }
    return __shfl_sync(0xffffffffu, add_halves(own), 0);
}

/// A warp a client. A thread reads no element of P but those that it writes.
__global__ void __launch_bounds__(warp_size)
    orthonormalise_kernel(FactorShape shape, const MatrixFactors* __restrict__ clients) {
    float* p = clients[blockIdx.y].p.get();
    const std::size_t rows = shape.rows;
    for (std::size_t k = 0; k < shape.rank; ++k) {
        float* component = p + k * rows;
        const double before = wide_dot(component, component, rows);
        double square = before;
        for (unsigned sweep = 0; sweep < 2 && k != 0; ++sweep) {
            for (std::size_t e = 0; e < k; ++e) {
                const float* other = p + e * rows;
                const double share = wide_dot(component, other, rows);
                for (std::size_t i = threadIdx.x; i < rows; i += warp_size) {
                    component[i] = formula::without(component[i], share, other[i]);
                }
            }
            square = wide_dot(component, component, rows);
            if (formula::is_dependent(before, square)) {
                break;
            }
        }
        const bool dependent = formula::is_dependent(before, square);
        const double norm = formula::wide_root(square);
        for (std::size_t i = threadIdx.x; i < rows; i += warp_size) {
            component[i] =
                dependent ? 0.0f : static_cast<float>(static_cast<double>(component[i]) / norm);
        }
    }
}

/// A block 32 × 32 elements; a thread four of a column, 8 rows apart.
__global__ void __launch_bounds__(block_threads)
    multiply_factors_kernel(FactorShape shape, const FactorProduct* __restrict__ clients) {
    constexpr unsigned rows = warp_size / warps;
    const FactorProduct client = clients[blockIdx.y];
    const Tile tile = own_tile(shape.columns);
    const std::size_t first = tile.row + threadIdx.x / warp_size;
    const std::size_t j = tile.column + threadIdx.x % warp_size;
    if (j >= shape.columns) {
        return;
    }
    float sum[rows] = {};
    for (std::size_t k = 0; k < shape.rank; ++k) {
        const float factor = client.q.get()[k * shape.columns + j];
        FEDMRN_UNROLL
        for (unsigned s = 0; s < rows; ++s) {
            if (first + s * warps < shape.rows) {
                sum[s] += client.p.get()[k * shape.rows + first + s * warps] * factor;
            }
        }
    }
    FEDMRN_UNROLL
    for (unsigned s = 0; s < rows; ++s) {
        if (first + s * warps < shape.rows) {
            client.matrix.get()[(first + s * warps) * shape.columns + j] = sum[s];
        }
    }
}

void start_factors(Device& device, const FactorShape& shape, std::uint32_t tensor,
                   std::span<const MatrixFactors> clients) {
    if (clients.empty()) {
        return;
    }
    const std::size_t elements = shape.rank * shape.columns;
    CudaDevice& cuda = cuda_device(device);
    launch(start_factors_kernel,
           lane_grid(divide_up(elements, formula::tile * warps), clients.size()), block_threads, 0,
           cuda.stream(), tensor, cuda.list(Scratch::clients, clients), elements);
}

void multiply_rows(Device& device, const FactorShape& shape,
                   std::span<const MatrixFactors> clients) {
    if (clients.empty()) {
        return;
    }
    CudaDevice& cuda = cuda_device(device);
    launch(multiply_rows_kernel, lane_grid(divide_up(shape.rows, warps), clients.size()),
           block_threads, 0, cuda.stream(), shape, cuda.list(Scratch::clients, clients));
}

void multiply_columns(Device& device, const FactorShape& shape,
                      std::span<const MatrixFactors> clients) {
    if (clients.empty()) {
        return;
    }
    CudaDevice& cuda = cuda_device(device);
    launch(multiply_columns_kernel, lane_grid(divide_up(shape.columns, warp_size), clients.size()),
           block_threads, 0, cuda.stream(), shape, cuda.list(Scratch::clients, clients));
}

void orthonormalise(Device& device, const FactorShape& shape,
                    std::span<const MatrixFactors> clients) {
    if (clients.empty()) {
        return;
    }
    CudaDevice& cuda = cuda_device(device);
    launch(orthonormalise_kernel, lane_grid(1, clients.size()), warp_size, 0, cuda.stream(), shape,
           cuda.list(Scratch::clients, clients));
}

void multiply_factors(Device& device, const FactorShape& shape,
                      std::span<const FactorProduct> clients) {
    const std::size_t blocks = tiles_of(shape.rows, shape.columns);
    if (clients.empty() || blocks == 0) {
        return;
    }
    CudaDevice& cuda = cuda_device(device);
    launch(multiply_factors_kernel, lane_grid(blocks, clients.size()), block_threads, 0,
           cuda.stream(), shape, cuda.list(Scratch::clients, clients));
}

} // namespace

void low_rank_contracts(Backend& backend) {
    backend.set(kernels::start_factors, start_factors);
    backend.set(kernels::multiply_rows, multiply_rows);
    backend.set(kernels::multiply_columns, multiply_columns);
    backend.set(kernels::orthonormalise, orthonormalise);
    backend.set(kernels::multiply_factors, multiply_factors);
}

} // namespace fedmrn::kernels::cuda
