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

// A slice takes one pass over memory for its first 12 stages, one for each 6 that follow. In a pass
// a thread holds values that are a power of two apart in registers. A client a blockIdx.y.
constexpr unsigned block_threads = 256;
constexpr unsigned held = 16; ///< values of a thread in the first pass: 4 stages at a time
constexpr unsigned chunk = block_threads * held;
constexpr unsigned chunk_stages = 12;
constexpr unsigned most_stages = 6; ///< of a later pass: a thread holds 64 values
static_assert(chunk == formula::sign_tile && chunk == 1u << chunk_stages);

/// What stands at element i of a slice before its first stage.
__device__ __forceinline__ float input(const RotationSource& client, const formula::Codebook&,
                                       std::size_t i, std::uint32_t signs, std::size_t position) {
    return formula::with_sign(client.values[i], signs, position);
}
__device__ __forceinline__ float input(const CodedSlice& client, const formula::Codebook& book,
                                       std::size_t i, std::uint32_t, std::size_t) {
    const std::uint32_t* planes = client.words + i / warp_size * book.bits;
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

/// The stages among the values that a thread holds; as many as there are, or `stages`.
template <unsigned count>
__device__ __forceinline__ void butterflies(float (&v)[count], unsigned stages) {
    FEDMRN_UNROLL
    for (unsigned s = 0; 1u << s < count; ++s) {
        if (s < stages) {
            FEDMRN_UNROLL
            for (unsigned pair = 0; pair < count / 2; ++pair) {
                const unsigned low = pair & ((1u << s) - 1), j = (pair - low) * 2 + low;
                const float a = v[j], b = v[j | 1u << s];
                v[j] = a + b;
                v[j | 1u << s] = a - b;
            }
        }
    }
}

/// Where a thread's j-th value stands in a chunk while it does the stages 4 · group + 0 … 3.
__device__ __forceinline__ unsigned place(unsigned group, unsigned j) {
    const unsigned shift = 4 * group, low = threadIdx.x & ((1u << shift) - 1);
    return ((threadIdx.x >> shift) * held + j) << shift | low;
}
/// One word is left out after 16, so that a warp's 32 words lie in 32 banks.
__device__ __forceinline__ unsigned padded(unsigned i) { return i + i / held; }

/// The first stages, at most 12, of one chunk a block; times unit. last: there are no others.
template <class Client>
__global__ void __launch_bounds__(block_threads)
    chunk_kernel(formula::Codebook book, const Client* __restrict__ clients, std::size_t first,
                 std::size_t n, unsigned stages, float unit, bool last) {
    FEDMRN_SHARED(float, values, [chunk + chunk / held]);
    FEDMRN_SHARED(std::uint32_t, signs, [formula::tile]);
    const Client client = clients[blockIdx.y];
    const std::size_t begin = blockIdx.x * std::size_t{chunk};
    if (threadIdx.x < warp_size) {
        const formula::Words draw =
            random(client.seed, (first + begin) / chunk * warp_size + threadIdx.x, 0,
                   formula::purpose_sign);
        FEDMRN_UNROLL
        for (unsigned row = 0; row < formula::tile / warp_size; ++row) {
            signs[row * warp_size + threadIdx.x] = draw.w[row];
        }
    }
    __syncthreads();
    float v[held];
    FEDMRN_UNROLL
    for (unsigned j = 0; j < held; ++j) {
        const unsigned at = place(2, j);
        const std::size_t i = begin + at, position = first + i;
        const std::uint32_t word = signs[position % chunk / warp_size];
        values[padded(at)] = i < n ? input(client, book, i, word, position) : 0.0f;
    }
    FEDMRN_UNROLL
    for (unsigned group = 0; group < chunk_stages / 4; ++group) {
        __syncthreads();
        FEDMRN_UNROLL
        for (unsigned j = 0; j < held; ++j) {
            v[j] = values[padded(place(group, j))];
        }
        butterflies(v, stages > 4 * group ? stages - 4 * group : 0);
        if (group + 1 < chunk_stages / 4) {
            FEDMRN_UNROLL
            for (unsigned j = 0; j < held; ++j) {
                values[padded(place(group, j))] = v[j];
            }
        }
    }
    FEDMRN_UNROLL
    for (unsigned j = 0; j < held; ++j) {
        const std::size_t i = begin + place(2, j), position = first + i;
        if (i < n) {
            const std::uint32_t word = last ? signs[position % chunk / warp_size] : 0;
            client.out[i] = output(client, v[j] * unit, word, position);
        }
    }
}

/// The word of signs of position, which is a multiple of 32.
__device__ __forceinline__ std::uint32_t sign_word(std::uint64_t seed, std::size_t position) {
    const std::size_t word = position / 32;
    const formula::Words draw =
        random(seed, word / formula::tile * warp_size + word % warp_size, 0, formula::purpose_sign);
    const std::uint32_t low = (word & 32) != 0 ? draw.w[1] : draw.w[0];
    const std::uint32_t high = (word & 32) != 0 ? draw.w[3] : draw.w[2];
    return (word & 64) != 0 ? high : low;
}

/// The stages of distance h = 2^shift and on, as many as a thread holds values; times unit. A warp
/// has 32 neighbours of them all. last: there are no others.
template <unsigned count, class Client>
__global__ void __launch_bounds__(block_threads)
    far_kernel(const Client* __restrict__ clients, std::size_t first, unsigned shift, float unit,
               bool last) {
    const Client client = clients[blockIdx.y];
    const std::size_t thread = blockIdx.x * std::size_t{block_threads} + threadIdx.x;
    const std::size_t h = std::size_t{1} << shift;
    const std::size_t begin = (thread >> shift) * count << shift | (thread & (h - 1));
    float v[count];
    FEDMRN_UNROLL
    for (unsigned j = 0; j < count; ++j) {
        v[j] = client.out[begin + j * h];
    }
    butterflies(v, most_stages);
    std::uint32_t own[(count + warp_size - 1) / warp_size] =
        {}; // a lane draws for one value or two
    const unsigned lane = threadIdx.x % warp_size;
    if (last) {
        FEDMRN_UNROLL
        for (unsigned j = 0; j < count; j += warp_size) {
            own[j / warp_size] = sign_word(client.seed, first + begin - lane + (j + lane) * h);
        }
    }
    FEDMRN_UNROLL
    for (unsigned j = 0; j < count; ++j) {
        const std::uint32_t word = __shfl_sync(0xffffffffu, own[j / warp_size], j % warp_size);
        client.out[begin + j * h] = output(client, v[j] * unit, word, lane);
    }
}

template <class Client>
using FarKernel = void (*)(const Client*, std::size_t, unsigned, float, bool);

template <class Client> FarKernel<Client> far_kernel_of(unsigned stages) {
    constexpr FarKernel<Client> kernels[most_stages] = {
        far_kernel<2, Client>,  far_kernel<4, Client>,  far_kernel<8, Client>,
        far_kernel<16, Client>, far_kernel<32, Client>, far_kernel<64, Client>};
    return kernels[stages - 1];
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
    const float unit = formula::rotation_unit(n);
    const auto unit_after = [&](unsigned done) { return done == stages ? unit : 1.0f; };
    unsigned done = std::min(stages, chunk_stages);
    launch(chunk_kernel<Client>, lane_grid(divide_up(n, chunk), clients.size()), block_threads, 0,
           cuda.stream(), book, list, first, n, done, unit_after(done), done == stages);
    while (done < stages) {
        const unsigned now = std::min(stages - done, most_stages), shift = done;
        done += now;
        launch(far_kernel_of<Client>(now), lane_grid((n >> now) / block_threads, clients.size()),
               block_threads, 0, cuda.stream(), list, first, shift, unit_after(done),
               done == stages);
    }
}

} // namespace

void rotate(Device& device, std::size_t first, std::span<const RotationSource> clients,
            std::size_t n) {
    transform(device, formula::Codebook{}, first, clients, n);
}

void rotate_back(Device& device, const formula::Codebook& book, std::size_t first,
                 std::span<const CodedSlice> clients, std::size_t n) {
    transform(device, book, first, clients, n);
}

} // namespace fedmrn::kernels::cuda
