// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#include "kernels/rows.hpp"

#include "kernels/cuda/cuda_device.hpp"
#include "kernels/cuda/grid.cuh"
#include "kernels/elements.hpp"
#include "kernels/formula/batch_order.hpp"
#include "kernels/formula/element.hpp"

namespace fedmrn::kernels::cuda {
namespace {

constexpr unsigned block_threads = 128;

/// So many threads a row, a power of two, each of which finds out by itself which sample it is:
/// rows of one number share a block.
template <class From, class To>
__global__ void __launch_bounds__(block_threads)
    gather_rows_kernel(RowsView view, std::uint32_t threads, std::uint32_t batch,
                       const LaneState* states, To* __restrict__ y) {
    const LaneState state = states[blockIdx.y];
    const std::uint32_t row = (blockIdx.x * block_threads + threadIdx.x) / threads;
    if (row >= state.samples) {
        return;
    }
    const formula::BatchOrder order = formula::batch_order(state, batch, view.shuffled);
    const std::uint64_t sample =
        formula::sample_at(state, view.order.get(), formula::position_of(order, row));
    const auto size = static_cast<std::uint32_t>(view.size);
    const From* values = static_cast<const From*>(view.values.get()) + sample * size;
    To* out = y + (std::size_t{blockIdx.y} * batch + row) * size;
    for (std::uint32_t i = threadIdx.x % threads; i < size; i += threads) {
        out[i] = formula::read_as<To, From>(values[i]);
    }
}

/// A block a sample. It counts the rows of the batch's samples before its own, a share a thread,
/// and puts its own behind them; the last one's end is the lane's count.
template <class From, class To>
__global__ void __launch_bounds__(block_threads)
    gather_ragged_kernel(RowsView view, std::uint32_t batch, const LaneState* states,
                         To* __restrict__ y, std::uint32_t* __restrict__ counts) {
    const std::size_t lane = blockIdx.y;
    const LaneState state = states[lane];
    const std::uint32_t row = blockIdx.x;
    if (row >= state.samples) {
        return;
    }
    const formula::BatchOrder order = formula::batch_order(state, batch, view.shuffled);
    const auto sample_of = [&](std::uint32_t other) {
        return formula::sample_at(state, view.order.get(), formula::position_of(order, other));
    };
    FEDMRN_SHARED(std::uint32_t, before, [block_threads]);
    std::uint32_t mine = 0;
    for (std::uint32_t other = threadIdx.x; other < row; other += block_threads) {
        const std::uint64_t sample = sample_of(other);
        mine +=
            static_cast<std::uint32_t>(view.offsets.get()[sample + 1] - view.offsets.get()[sample]);
    }
    before[threadIdx.x] = mine;
    __syncthreads();
    for (std::uint32_t half = block_threads / 2; half > 0; half /= 2) {
        if (threadIdx.x < half) {
            before[threadIdx.x] += before[threadIdx.x + half];
        }
        __syncthreads();
    }
    const std::uint64_t sample = sample_of(row), first = view.offsets.get()[sample];
    const auto rows = static_cast<std::uint32_t>(view.offsets.get()[sample + 1] - first);
    if (threadIdx.x == 0 && row + 1 == state.samples) {
        counts[lane] = before[0] + rows;
    }
    const std::size_t place = lane * batch * view.each + before[0];
    const From* values = static_cast<const From*>(view.values.get()) + first * view.size;
    To* out = y + place * view.size;
    const auto elements = static_cast<std::uint32_t>(rows * view.size);
    for (std::uint32_t i = threadIdx.x; i < elements; i += block_threads) {
        out[i] = formula::read_as<To, From>(values[i]);
    }
}

void gather_rows(Device& device, const RowsView& view, std::size_t lanes, std::size_t batch,
                 const LaneState* states, void* y) {
    CudaDevice& cuda = cuda_device(device);
    std::uint32_t threads = 1;
    while (threads < view.size && threads < block_threads) {
        threads *= 2;
    }
    with_elements(view.from, view.to, [&]<class From, class To>() {
        launch(gather_rows_kernel<From, To>,
               lane_grid(divide_up(batch * threads, block_threads), lanes), block_threads, 0,
               cuda.stream(), view, threads, static_cast<std::uint32_t>(batch), states,
               static_cast<To*>(y));
    });
}

void gather_ragged(Device& device, const RowsView& view, std::size_t lanes, std::size_t batch,
                   const LaneState* states, void* y, std::uint32_t* counts) {
    CudaDevice& cuda = cuda_device(device);
    with_elements(view.from, view.to, [&]<class From, class To>() {
        launch(gather_ragged_kernel<From, To>, lane_grid(batch, lanes), block_threads, 0,
               cuda.stream(), view, static_cast<std::uint32_t>(batch), states, static_cast<To*>(y),
               counts);
    });
}

} // namespace

void rows_contracts(Backend& backend) {
    backend.set(kernels::gather_rows, gather_rows);
    backend.set(kernels::gather_ragged, gather_ragged);
}

} // namespace fedmrn::kernels::cuda
