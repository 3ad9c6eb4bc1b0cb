// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#include "kernels/hadamard.hpp"

#include <algorithm>
#include <bit>

#include "kernels/cuda/cuda_device.hpp"
#include "kernels/cuda/grid.cuh"
#include "kernels/cuda/random.cuh"

namespace fedmrn::kernels::cuda {
namespace {

// A pass over memory does the first 12 stages, another each 7 that follow. A block has a tile of
// 4096 values in shared memory, and a thread 16 of them in registers for 4 stages at a time. A
// client a blockIdx.y.
constexpr unsigned block_threads = 256;
constexpr unsigned held = 16;
constexpr unsigned tile_stages = 12;
constexpr unsigned tile_size = 1u << tile_stages;
constexpr unsigned far_stages = 7; ///< so that 32 neighbours at least are read together
static_assert(tile_size == block_threads * held);

/// The stages of a pass, and where a tile's values stand in a slice: as many rows as its stages
/// have outcomes, 2^shift apart, of 2^low neighbours each. Of a slice shorter than a tile the end
/// is missing.
struct Pass {
    unsigned shift = 0; ///< its first stage has h = 2^shift
    unsigned low = 0;   ///< and pairs values 2^low apart in the tile
    unsigned stages = 0;
    float unit = 1.0f; ///< the last pass multiplies by it
    bool last = false;
};

/// What stands at element i of a slice before its first stage.
__device__ __forceinline__ float input(const RotationSource& client, const formula::Codebook&,
                                       std::size_t i, std::uint32_t signs, std::size_t position) {
    return formula::with_sign(client.values.get()[i], signs, position);
}
__device__ __forceinline__ float input(const CodedSlice& client, const formula::Codebook& book,
                                       std::size_t i, std::uint32_t, std::size_t) {
    const std::uint32_t* planes = client.words.get() + i / warp_size * book.bits;
    std::uint32_t code = 0;
    for (unsigned p = 0; p < book.bits; ++p) {
        code |= (planes[p] >> i % warp_size & 1u) << p;
    }
    return client.scale * formula::centroid(book, code);
}

/// What is written of a value after its last stage.
__device__ __forceinline__ float output(const RotationSource&, float x, std::uint32_t,
                                        std::size_t) {
    return x;
}
__device__ __forceinline__ float output(const CodedSlice&, float x, std::uint32_t signs,
                                        std::size_t position) {
    return formula::with_sign(x, signs, position);
}

/// The sign word of a slice's element.
__device__ __forceinline__ std::uint32_t draw_signs(std::uint64_t seed, std::size_t position) {
    const std::size_t word = position / 32;
    const formula::Words draw =
        random(seed, word / formula::tile * warp_size + word % warp_size, 0, formula::purpose_sign);
    const std::uint32_t low = (word & 32) != 0 ? draw.w[1] : draw.w[0];
    const std::uint32_t high = (word & 32) != 0 ? draw.w[3] : draw.w[2];
    return (word & 64) != 0 ? high : low;
}

/// Where a thread's j-th value stands in the tile while it does the stages 4 · group + 0 … 3.
__device__ __forceinline__ unsigned place(unsigned group, unsigned j) {
    const unsigned below = 4 * group, low = threadIdx.x & ((1u << below) - 1);
    return ((threadIdx.x >> below) * held + j) << below | low;
}
/// One word is left out after 16, so that a warp's 32 words lie in 32 banks.
__device__ __forceinline__ unsigned padded(unsigned i) { return i + i / held; }

/// The stages among a thread's values whose bit in `stages` is set.
__device__ __forceinline__ void butterflies(float (&v)[held], unsigned stages) {
    FEDMRN_UNROLL
    for (unsigned s = 0; s < 4; ++s) {
        if ((stages >> s & 1u) != 0) {
            FEDMRN_UNROLL
            for (unsigned pair = 0; pair < held / 2; ++pair) {
                const unsigned low = pair & ((1u << s) - 1), j = (pair - low) * 2 + low;
                const float a = v[j], b = v[j | 1u << s];
                v[j] = a + b;
                v[j | 1u << s] = a - b;
            }
        }
    }
}

template <class Client>
__global__ void __launch_bounds__(block_threads)
    pass_kernel(formula::Codebook book, const Client* __restrict__ clients, std::size_t first,
                std::size_t n, Pass pass) {
    FEDMRN_SHARED(float, values, [tile_size + tile_size / held]);
    FEDMRN_SHARED(std::uint32_t, signs, [tile_size / 32]);
    const Client client = clients[blockIdx.y];
    const unsigned columns = pass.shift - pass.low; // 2^columns tiles are as wide as a row
    const std::size_t begin = (std::size_t{blockIdx.x >> columns} << (pass.shift + pass.stages)) +
                              ((blockIdx.x & ((1u << columns) - 1)) << pass.low);
    const auto element = [&](unsigned i) { // of the slice, at place i of the tile
        const unsigned column = i & ((1u << pass.low) - 1);
        return begin + (std::size_t{i >> pass.low} << pass.shift) + column;
    };
    if (threadIdx.x < tile_size / 32) {
        signs[threadIdx.x] = draw_signs(client.seed, first + element(threadIdx.x * 32));
    }
    __syncthreads();
    FEDMRN_UNROLL
    for (unsigned j = 0; j < held; ++j) {
        const unsigned at = place(2, j);
        const std::size_t i = element(at);
        float x = 0.0f;
        if (i < n) {
            x = pass.shift == 0 ? input(client, book, i, signs[at / 32], first + i)
                                : client.out.get()[i];
        }
        values[padded(at)] = x;
    }
    const unsigned stages = ((1u << pass.stages) - 1) << pass.low; // a bit each
    float v[held];
    FEDMRN_UNROLL
    for (unsigned group = 0; group < 3; ++group) {
        if (group < 2 && (stages >> 4 * group & 15u) == 0) {
            continue;
        }
        __syncthreads();
        FEDMRN_UNROLL
        for (unsigned j = 0; j < held; ++j) {
            v[j] = values[padded(place(group, j))];
        }
        butterflies(v, stages >> 4 * group);
        if (group < 2) {
            FEDMRN_UNROLL
            for (unsigned j = 0; j < held; ++j) {
                values[padded(place(group, j))] = v[j];
            }
        }
    }
    FEDMRN_UNROLL
    for (unsigned j = 0; j < held; ++j) {
        const unsigned at = place(2, j);
        const std::size_t i = element(at);
        if (i < n) {
            const float x = v[j] * pass.unit;
            client.out.get()[i] = pass.last ? output(client, x, signs[at / 32], first + i) : x;
        }
    }
}

template <class Client>
void transform(Device& device, const formula::Codebook& book, std::size_t first,
               std::span<const Client> clients, std::size_t n) {
    if (clients.empty()) {
        return;
    }
    CudaDevice& cuda = cuda_device(device);
    const Client* list = cuda.list(Scratch::clients, clients);
    const auto stages = static_cast<unsigned>(std::countr_zero(n));
    Pass pass{.stages = std::min(stages, tile_stages)};
    while (!pass.last) {
        if (pass.shift + pass.stages == stages) {
            pass.unit = formula::rotation_unit(n);
            pass.last = true;
        }
        launch(pass_kernel<Client>, lane_grid(divide_up(n, tile_size), clients.size()),
               block_threads, 0, cuda.stream(), book, list, first, n, pass);
        pass.shift += pass.stages;
        pass.stages = std::min(stages - pass.shift, far_stages);
        pass.low = tile_stages - pass.stages;
    }
}

void rotate(Device& device, std::size_t first, std::span<const RotationSource> clients,
            std::size_t n) {
    transform(device, formula::Codebook{}, first, clients, n);
}

void rotate_back(Device& device, const formula::Codebook& book, std::size_t first,
                 std::span<const CodedSlice> clients, std::size_t n) {
    transform(device, book, first, clients, n);
}

} // namespace

void hadamard_contracts(Backend& backend) {
    backend.set(kernels::rotate, rotate);
    backend.set(kernels::rotate_back, rotate_back);
}

} // namespace fedmrn::kernels::cuda
