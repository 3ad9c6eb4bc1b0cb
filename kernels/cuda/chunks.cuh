// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "kernels/cuda/cuda.hpp"
#include "kernels/cuda/cuda_device.hpp"
#include "kernels/cuda/grid.cuh"

// Sums over a lane's batch, made by several blocks. How a batch is cut into chunks is a function of
// the shape alone, so that the order of a sum does not depend on the lanes.
namespace fedmrn::kernels::cuda {

/// sums = the chunks' partial sums [lanes][chunks][elements], added in their order. A sample has
/// `units` of what is cut, a chunk `chunk` of them; of a lane without samples nothing is written.
static __global__ void __launch_bounds__(256)
    sum_chunks_kernel(const LaneState* states, std::uint32_t units, std::uint32_t chunk,
                      std::uint32_t chunks, std::size_t elements, const float* __restrict__ partial,
                      PerLane<float> sums) {
    const std::size_t lane = blockIdx.y;
    const std::size_t i = blockIdx.x * std::size_t{256} + threadIdx.x;
    const std::uint32_t used = states[lane].samples * units;
    if (used == 0 || i >= elements) {
        return;
    }
    const float* at = partial + lane * chunks * elements + i;
    float sum = at[0];
    for (std::uint32_t c = 1; c * chunk < used; ++c) {
        sum += at[c * elements];
    }
    of_lane(sums, lane)[i] = sum;
}

/// Partial sums of weights' gradients: memory for them, and dw = their sum. One chunk needs
/// neither.
class WeightChunks {
public:
    WeightChunks(CudaDevice& cuda, std::size_t lanes, std::size_t weights, std::size_t units,
                 std::size_t batch, std::size_t chunk)
        : cuda_(cuda), lanes_(lanes), weights_(weights), units_(units), chunk_(chunk),
          chunks_(divide_up(batch * units, chunk)) {}

    [[nodiscard]] std::size_t count() const { return chunks_; }
    /// Where the partial sums go, [lanes][chunks][weights].
    [[nodiscard]] PerLane<float> partial(PerLane<float> dw) const {
        if (chunks_ == 1) {
            return dw;
        }
        void* memory =
            cuda_.scratch(Scratch::weight_sums, lanes_ * chunks_ * weights_ * sizeof(float));
        return {DevicePointer<float>::from_device(static_cast<float*>(memory)), chunks_ * weights_};
    }
    void add(const LaneState* states, PerLane<float> partial, PerLane<float> dw) const {
        if (chunks_ != 1) {
            launch(sum_chunks_kernel, lane_grid(divide_up(weights_, 256), lanes_), 256, 0,
                   cuda_.stream(), states, static_cast<std::uint32_t>(units_),
                   static_cast<std::uint32_t>(chunk_), static_cast<std::uint32_t>(chunks_),
                   weights_, partial.data.get(), dw);
        }
    }

private:
    CudaDevice& cuda_;
    std::size_t lanes_, weights_, units_, chunk_, chunks_;
};

} // namespace fedmrn::kernels::cuda
