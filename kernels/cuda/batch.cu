// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#include "kernels/batch.hpp"

#include "kernels/cuda/cuda_device.hpp"
#include "kernels/cuda/divider.hpp"
#include "kernels/cuda/grid.cuh"
#include "kernels/formula/augment.hpp"
#include "kernels/formula/batch_order.hpp"
#include "kernels/formula/bf16.hpp"

namespace fedmrn::kernels::cuda {
namespace {

constexpr unsigned block_threads = 128;

/// The sample of one row of a batch, and how it is augmented.
struct Chosen {
    std::uint64_t sample;
    formula::Augment augment;
};

/// Of a lane's current batch.
__device__ Chosen chosen_of(const SplitView& split, const LaneState& state, std::uint32_t batch,
                            std::uint32_t row) {
    const formula::BatchOrder order = formula::batch_order(state, batch, split.shuffled);
    const std::uint32_t position = formula::position_of(order, row);
    return {formula::sample_at(state, split.order.get(), position),
            split.augmented ? formula::augment(state.seed, order.epoch, position)
                            : formula::Augment{}};
}

/// A block a row: byte · scale + shift, four bytes a thread where a sample allows it (wide).
template <class T, bool wide>
__global__ void __launch_bounds__(block_threads)
    gather_batch_kernel(SplitView split, std::uint32_t batch, const LaneState* states,
                        T* __restrict__ x, std::uint16_t* __restrict__ labels) {
    const LaneState state = states[blockIdx.y];
    const std::uint32_t row = blockIdx.x;
    if (row >= state.samples) {
        return;
    }
    const std::size_t at = std::size_t{blockIdx.y} * batch + row;
    FEDMRN_SHARED(std::uint64_t, sample, [1]);
    if (threadIdx.x == 0) {
        sample[0] = chosen_of(split, state, batch, row).sample;
        if (split.labels) {
            labels[at] = split.labels.get()[sample[0]];
        }
    }
    __syncthreads();
    const std::uint8_t* bytes = split.pixels.get() + sample[0] * split.sample_size;
    T* out = x + at * split.sample_size;
    constexpr std::uint32_t group = wide ? 4 : 1, stride = block_threads * group;
    const auto size = static_cast<std::uint32_t>(split.sample_size);
    const auto channels = static_cast<std::uint32_t>(split.channels);
    const std::uint32_t turn = stride % channels; // how far the channel moves from step to step
    std::uint32_t first = threadIdx.x * group % channels;
    for (std::uint32_t i = threadIdx.x * group; i < size; i += stride) {
        std::uint32_t word = 0;
        if constexpr (wide) {
            word = *reinterpret_cast<const std::uint32_t*>(bytes + i);
        } else {
            word = bytes[i];
        }
        std::uint32_t c = first;
        for (std::uint32_t k = 0; k < group; ++k) {
            const auto byte = static_cast<float>(word >> 8 * k & 0xff);
            out[i + k] = formula::from_float<T>(byte * split.scale.get()[c] + split.shift.get()[c]);
            c = c + 1 == channels ? 0 : c + 1;
        }
        first += turn;
        first -= first >= channels ? channels : 0;
    }
}

/// A block a row of augmented images, a thread a value.
template <class T>
__global__ void __launch_bounds__(block_threads)
    gather_augmented_kernel(SplitView split, Divider channels, Divider width, std::uint32_t batch,
                            const LaneState* states, T* __restrict__ x,
                            std::uint16_t* __restrict__ labels) {
    const LaneState state = states[blockIdx.y];
    const std::uint32_t row = blockIdx.x;
    if (row >= state.samples) {
        return;
    }
    const std::size_t at = std::size_t{blockIdx.y} * batch + row;
    FEDMRN_SHARED(Chosen, chosen, [1]);
    if (threadIdx.x == 0) {
        chosen[0] = chosen_of(split, state, batch, row);
        if (split.labels) {
            labels[at] = split.labels.get()[chosen[0].sample];
        }
    }
    __syncthreads();
    const formula::Augment augment = chosen[0].augment;
    const std::uint8_t* bytes = split.pixels.get() + chosen[0].sample * split.sample_size;
    T* out = x + at * split.sample_size;
    const auto size = static_cast<std::uint32_t>(split.sample_size);
    const std::uint32_t height = width.divide(channels.divide(size));
    for (std::uint32_t i = threadIdx.x; i < size; i += block_threads) {
        const std::uint32_t pixel = channels.divide(i), c = i - pixel * channels.divisor();
        const std::uint32_t h = width.divide(pixel), w = pixel - h * width.divisor();
        const std::uint32_t from_row = formula::source_row(augment, h);
        const std::uint32_t from_column = formula::source_column(augment, w, width.divisor());
        std::uint8_t byte = 0;
        if (from_row < height && from_column < width.divisor()) {
            byte = bytes[(from_row * width.divisor() + from_column) * channels.divisor() + c];
        }
        out[i] = formula::from_float<T>(static_cast<float>(byte) * split.scale.get()[c] +
                                        split.shift.get()[c]);
    }
}

template <class T>
void gather(CudaDevice& cuda, const SplitView& split, std::size_t lanes, std::size_t batch,
            const LaneState* states, T* x, std::uint16_t* labels) {
    if (split.augmented) {
        launch(gather_augmented_kernel<T>, lane_grid(batch, lanes), block_threads, 0, cuda.stream(),
               split, Divider(static_cast<std::uint32_t>(split.channels)),
               Divider(static_cast<std::uint32_t>(split.width)), static_cast<std::uint32_t>(batch),
               states, x, labels);
        return;
    }
    const bool wide =
        split.sample_size % 4 == 0 && reinterpret_cast<std::uintptr_t>(split.pixels.get()) % 4 == 0;
    launch(wide ? gather_batch_kernel<T, true> : gather_batch_kernel<T, false>,
           lane_grid(batch, lanes), block_threads, 0, cuda.stream(), split,
           static_cast<std::uint32_t>(batch), states, x, labels);
}

void gather_batch(Device& device, const SplitView& split, std::size_t lanes, std::size_t batch,
                  const LaneState* states, Real real, void* x, std::uint16_t* labels) {
    CudaDevice& cuda = cuda_device(device);
    if (real == Real::f32) {
        gather(cuda, split, lanes, batch, states, static_cast<float*>(x), labels);
    } else {
        gather(cuda, split, lanes, batch, states, static_cast<formula::Bf16*>(x), labels);
    }
}

} // namespace

void batch_contracts(Backend& backend) { backend.set(kernels::gather_batch, gather_batch); }

} // namespace fedmrn::kernels::cuda
