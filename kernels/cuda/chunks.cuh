// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "kernels/cuda/cuda.hpp"
#include "kernels/cuda/cuda_device.hpp"
#include "kernels/cuda/grid.cuh"
#include "kernels/cuda/group.cuh"

// Sums over a lane's batch, made by several blocks. How a batch is cut into chunks is a function of
// the shape alone, so that the order of a sum does not depend on the lanes.
namespace fedmrn::kernels::cuda {

inline constexpr unsigned sum_threads = 256;

/// sums = the chunks' partial sums [lanes][chunks][elements]. A sample has `units` of what is cut,
/// a chunk `chunk` of them; of a lane without samples nothing is written. A block has `parts` parts
/// of threads, of which part p adds the chunks p, p + parts, … in their order; the parts' sums are
/// added in theirs. A thread has `each` neighbouring elements, which divides their number, and
/// reads at_once chunks before it adds them, so that it seldom waits for memory.
template <unsigned parts, unsigned each, unsigned at_once>
static __global__ void __launch_bounds__(sum_threads)
    sum_chunks_kernel(const LaneState* states, std::uint32_t units, std::uint32_t chunk,
                      std::uint32_t chunks, std::size_t elements, const float* __restrict__ partial,
                      PerLane<float> sums) {
    constexpr unsigned threads = sum_threads / parts; // of a part
    const std::size_t lane = blockIdx.y;
    const std::uint32_t used = (states[lane].samples * units + chunk - 1) / chunk;
    if (used == 0) {
        return;
    }
    const unsigned thread = threadIdx.x % threads, part = threadIdx.x / threads;
    const std::size_t first = (blockIdx.x * std::size_t{threads} + thread) * each;
    const std::uint32_t here = first < elements ? used : 0;
    const float* from = partial + (lane * chunks + part) * elements + first;
    Group<float, each> own{};
    for (std::uint32_t c = part; c < here; c += parts * at_once) {
        Group<float, each> read[at_once];
        FEDMRN_UNROLL
        for (unsigned i = 0; i < at_once; ++i) {
            read[i] = Group<float, each>{};
            if (c + i * parts < here) {
                read[i] = get<each>(from);
            }
            from += parts * elements;
        }
        FEDMRN_UNROLL
        for (unsigned i = 0; i < at_once; ++i) {
            FEDMRN_UNROLL
            for (unsigned e = 0; e < each; ++e) {
                own.v[e] += read[i].v[e];
            }
        }
    }
    if constexpr (parts > 1) {
        FEDMRN_SHARED(float, others, [parts][threads * each]);
        FEDMRN_UNROLL
        for (unsigned e = 0; e < each; ++e) {
            others[part][thread * each + e] = own.v[e];
        }
        __syncthreads();
        if (part != 0) {
            return;
        }
        FEDMRN_UNROLL
        for (unsigned p = 1; p < parts; ++p) {
            FEDMRN_UNROLL
            for (unsigned e = 0; e < each; ++e) {
                own.v[e] += others[p][thread * each + e];
            }
        }
    }
    if (first >= elements) {
        return;
    }
    float* to = of_lane(sums, lane) + first;
    FEDMRN_UNROLL
    for (unsigned e = 0; e < each; ++e) {
        to[e] = own.v[e];
    }
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
        if (chunks_ == 1) {
            return;
        }
        if (chunks_ > 8) { // of few weights, which are too few threads
            add<8, 1, 8>(states, partial, dw);
        } else if (weights_ % 2 != 0) {
            add<1, 1, 8>(states, partial, dw);
        } else {
            chunks_ > 4 ? add<1, 2, 8>(states, partial, dw) : add<1, 2, 4>(states, partial, dw);
        }
    }

private:
    template <unsigned parts, unsigned each, unsigned at_once>
    void add(const LaneState* states, PerLane<float> partial, PerLane<float> dw) const {
        launch(sum_chunks_kernel<parts, each, at_once>,
               lane_grid(divide_up(weights_, sum_threads / parts * each), lanes_), sum_threads, 0,
               cuda_.stream(), states, static_cast<std::uint32_t>(units_),
               static_cast<std::uint32_t>(chunk_), static_cast<std::uint32_t>(chunks_), weights_,
               partial.data.get(), dw);
    }

    CudaDevice& cuda_;
    std::size_t lanes_, weights_, units_, chunk_, chunks_;
};

} // namespace fedmrn::kernels::cuda
