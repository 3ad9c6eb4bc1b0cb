// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#include "kernels/select.hpp"

#include <algorithm>

#include "kernels/cuda/cuda_device.hpp"
#include "kernels/cuda/grid.cuh"
#include "kernels/formula/quantize.hpp"

namespace fedmrn::kernels::cuda {
namespace {

// A block a chunk of 256 words, a warp 32 words of it, a client a blockIdx.y. In a warp thread t
// holds word t, and element t of the word whose turn it is; a ballot of the warp is a word.
constexpr unsigned block_threads = 256;
constexpr unsigned warps = block_threads / warp_size;
constexpr std::size_t chunk = block_threads * std::size_t{warp_size}; ///< elements of a block
constexpr unsigned loads = 4;                                         ///< in flight, a thread

__device__ __forceinline__ float value_of(const SelectSource& client, std::size_t i) {
    return client.base ? client.base.get()[i] + client.values.get()[i] : client.values.get()[i];
}

/// Σ own over the threads ahead of this one; total becomes Σ over the block. shared: [warps].
__device__ std::uint64_t block_prefix(std::uint64_t own, std::uint64_t* shared,
                                      std::uint64_t& total) {
    const unsigned thread = threadIdx.x % warp_size, warp = threadIdx.x / warp_size;
    std::uint64_t up_to = own;
    for (unsigned by = 1; by < warp_size; by *= 2) {
        const std::uint64_t before = __shfl_up_sync(0xffffffffu, up_to, by);
        up_to += thread >= by ? before : 0;
    }
    __syncthreads(); // shared may still be read by an earlier call
    if (thread == warp_size - 1) {
        shared[warp] = up_to;
    }
    __syncthreads();
    std::uint64_t ahead = 0;
    total = 0;
    for (unsigned w = 0; w < warps; ++w) {
        ahead += w < warp ? shared[w] : 0;
        total += shared[w];
    }
    return ahead + up_to - own;
}

/// Σ of the chunks' counts ahead of the block's own.
__device__ std::uint64_t ahead_of_chunk(const std::uint32_t* counts, std::uint64_t* shared) {
    std::uint64_t own = 0, total = 0;
    for (std::size_t c = threadIdx.x; c < blockIdx.x; c += block_threads) {
        own += counts[c];
    }
    block_prefix(own, shared, total);
    return total;
}

/// How many elements of each value of this digit agree with the threshold so far.
__global__ void __launch_bounds__(block_threads)
    histogram_kernel(const SelectSource* __restrict__ clients, std::size_t elements, unsigned digit,
                     unsigned long long* __restrict__ counts) {
    FEDMRN_SHARED(std::uint32_t, own, [formula::digit_values]);
    for (unsigned v = threadIdx.x; v < formula::digit_values; v += block_threads) {
        own[v] = 0;
    }
    __syncthreads();
    const SelectSource client = clients[blockIdx.y];
    const std::uint32_t known = digit == 0 ? 0u : client.threshold.get()->bits;
    const std::size_t first = blockIdx.x * chunk, left = elements - first;
    const std::size_t end = first + (left < chunk ? left : chunk);
    for (std::size_t i = first + threadIdx.x; i < end; i += block_threads) {
        const std::uint32_t bits = formula::magnitude_bits(value_of(client, i));
        if (formula::same_ahead(bits, known, digit)) {
            atomicAdd(&own[formula::digit_of(bits, digit)], 1u);
        }
    }
    __syncthreads();
    for (unsigned v = threadIdx.x; v < formula::digit_values; v += block_threads) {
        if (own[v] != 0) { // integers: their sum has no order
            atomicAdd(counts + blockIdx.y * formula::digit_values + v,
                      static_cast<unsigned long long>(own[v]));
        }
    }
}

/// A block a client: the value of this digit at which the counts from the largest on reach what is
/// looked for. Leaves the counts at zero.
__global__ void __launch_bounds__(block_threads)
    narrow_kernel(const SelectSource* __restrict__ clients, std::uint64_t k, unsigned digit,
                  unsigned long long* __restrict__ counts) {
    constexpr unsigned each = formula::digit_values / block_threads;
    FEDMRN_SHARED(std::uint64_t, shared, [warps]);
    formula::Threshold& found = *clients[blockIdx.y].threshold.get();
    unsigned long long* mine = counts + blockIdx.y * formula::digit_values;
    const unsigned highest = formula::digit_values - 1 - threadIdx.x * each;
    std::uint64_t of_value[each] = {}, own = 0, total = 0;
    FEDMRN_UNROLL
    for (unsigned v = 0; v < each; ++v) {
        of_value[v] = mine[highest - v];
        mine[highest - v] = 0;
        own += of_value[v];
    }
    const formula::Threshold before = digit == 0 ? formula::Threshold{0, k} : found;
    std::uint64_t above = block_prefix(own, shared, total); // and all have read `found`
    if (above >= before.ties || before.ties > above + own) {
        return;
    }
    unsigned value = highest;
    FEDMRN_UNROLL
    for (unsigned v = 0; v < each - 1; ++v) {
        if (value == highest - v && above + of_value[v] < before.ties) {
            above += of_value[v];
            --value;
        }
    }
    found = {before.bits | value << formula::digit_shift(digit), before.ties - above};
}

/// The words of what is above the threshold, those of what is equal to it, and how many of these
/// the chunk has.
__global__ void __launch_bounds__(block_threads)
    mark_kernel(const SelectSource* __restrict__ clients, std::size_t elements,
                std::size_t word_count, std::uint32_t* __restrict__ tie_words,
                std::uint32_t* __restrict__ tie_counts) {
    FEDMRN_SHARED(std::uint64_t, shared, [warps]);
    const SelectSource client = clients[blockIdx.y];
    const std::uint32_t threshold = client.threshold.get()->bits;
    const unsigned thread = threadIdx.x % warp_size;
    const std::size_t word = blockIdx.x * std::size_t{block_threads} + threadIdx.x;
    const std::size_t first = (word - thread) * warp_size + thread;
    std::uint32_t above = 0, ties = 0;
    for (unsigned begin = 0; begin < warp_size; begin += loads) {
        std::uint32_t bits[loads] = {};
        FEDMRN_UNROLL
        for (unsigned r = 0; r < loads; ++r) {
            const std::size_t i = first + (begin + r) * std::size_t{warp_size};
            bits[r] = i < elements ? formula::magnitude_bits(value_of(client, i)) : 0u;
        }
        FEDMRN_UNROLL
        for (unsigned r = 0; r < loads; ++r) {
            const bool inside = first + (begin + r) * std::size_t{warp_size} < elements;
            const unsigned of_above = __ballot_sync(0xffffffffu, bits[r] > threshold);
            const unsigned of_ties = __ballot_sync(0xffffffffu, inside && bits[r] == threshold);
            above = thread == begin + r ? of_above : above;
            ties = thread == begin + r ? of_ties : ties;
        }
    }
    if (word < word_count) {
        client.words.get()[word] = above;
        tie_words[blockIdx.y * word_count + word] = ties;
    }
    std::uint64_t total = 0;
    block_prefix(static_cast<std::uint64_t>(__popc(ties)), shared, total);
    if (threadIdx.x == 0) {
        tie_counts[blockIdx.y * std::size_t{gridDim.x} + blockIdx.x] =
            static_cast<std::uint32_t>(total);
    }
}

/// Selects the ties of lowest index, as many as the threshold says. A thread a word.
__global__ void __launch_bounds__(block_threads)
    ties_kernel(const SelectSource* __restrict__ clients, std::size_t word_count,
                const std::uint32_t* __restrict__ tie_words,
                const std::uint32_t* __restrict__ tie_counts) {
    FEDMRN_SHARED(std::uint64_t, shared, [warps]);
    const SelectSource client = clients[blockIdx.y];
    const std::uint64_t wanted = client.threshold.get()->ties;
    const std::uint64_t ahead =
        ahead_of_chunk(tie_counts + blockIdx.y * std::size_t{gridDim.x}, shared);
    if (ahead >= wanted) { // the same for the block
        return;
    }
    const std::size_t word = blockIdx.x * std::size_t{block_threads} + threadIdx.x;
    const std::uint32_t ties = word < word_count ? tie_words[blockIdx.y * word_count + word] : 0u;
    std::uint64_t total = 0;
    std::uint64_t rank =
        ahead + block_prefix(static_cast<std::uint64_t>(__popc(ties)), shared, total);
    std::uint32_t chosen = 0;
    for (std::uint32_t left = ties; left != 0 && rank < wanted; left &= left - 1, ++rank) {
        chosen |= left & (~left + 1u); // the lowest bit
    }
    if (chosen != 0) {
        client.words.get()[word] |= chosen;
    }
}

/// How many elements of each chunk are selected. A thread a word; Source has its words.
template <class Source>
__global__ void __launch_bounds__(block_threads)
    count_kernel(const Source* __restrict__ clients, std::size_t word_count,
                 std::uint32_t* __restrict__ counts) {
    FEDMRN_SHARED(std::uint64_t, shared, [warps]);
    const std::size_t word = blockIdx.x * std::size_t{block_threads} + threadIdx.x;
    const std::uint32_t mine = word < word_count ? clients[blockIdx.y].words.get()[word] : 0u;
    std::uint64_t total = 0;
    block_prefix(static_cast<std::uint64_t>(__popc(mine)), shared, total);
    if (threadIdx.x == 0) {
        counts[blockIdx.y * std::size_t{gridDim.x} + blockIdx.x] =
            static_cast<std::uint32_t>(total);
    }
}

/// Calls body(i, selected, j) for the elements i of the block's chunk, a warp a word at a time; j
/// is how many are selected ahead of i.
template <class Body>
__device__ __forceinline__ void for_chunk(const std::uint32_t* words, const std::uint32_t* counts,
                                          std::size_t elements, std::size_t word_count,
                                          std::uint64_t* shared, const Body& body) {
    const unsigned thread = threadIdx.x % warp_size;
    const std::size_t word = blockIdx.x * std::size_t{block_threads} + threadIdx.x;
    const std::uint32_t mine = word < word_count ? words[word] : 0u;
    std::uint64_t total = 0;
    std::uint64_t ahead = ahead_of_chunk(counts, shared);
    ahead += block_prefix(static_cast<std::uint64_t>(__popc(mine)), shared, total);
    for (unsigned row = 0; row < warp_size; ++row) {
        const std::uint32_t bits = __shfl_sync(0xffffffffu, mine, static_cast<int>(row));
        const std::uint64_t rank = __shfl_sync(0xffffffffu, ahead, static_cast<int>(row));
        const std::size_t i = (word - thread + row) * warp_size + thread;
        if (i < elements) {
            body(i, (bits >> thread & 1u) != 0,
                 rank + static_cast<std::uint64_t>(__popc(bits & ((1u << thread) - 1u))));
        }
    }
}

__global__ void __launch_bounds__(block_threads)
    gather_kernel(const SelectSource* __restrict__ clients, std::size_t elements,
                  std::size_t word_count, const std::uint32_t* __restrict__ counts) {
    FEDMRN_SHARED(std::uint64_t, shared, [warps]);
    const SelectSource client = clients[blockIdx.y];
    for_chunk(client.words.get(), counts + blockIdx.y * std::size_t{gridDim.x}, elements,
              word_count, shared, [&](std::size_t i, bool selected, std::uint64_t j) {
                  if (selected) {
                      client.kept.get()[j] = value_of(client, i);
                  }
              });
}

__global__ void __launch_bounds__(block_threads)
    scatter_kernel(const ScatterSource* __restrict__ clients, std::size_t elements,
                   std::size_t word_count, const std::uint32_t* __restrict__ counts) {
    FEDMRN_SHARED(std::uint64_t, shared, [warps]);
    const ScatterSource client = clients[blockIdx.y];
    for_chunk(client.words.get(), counts + blockIdx.y * std::size_t{gridDim.x}, elements,
              word_count, shared, [&](std::size_t i, bool selected, std::uint64_t j) {
                  float value = 0.0f;
                  if (selected) {
                      value = client.kept ? client.kept.get()[j]
                                          : formula::dequantize(client.signs.get()[j / warp_size] >>
                                                                    j % warp_size,
                                                                client.scale, 0);
                  }
                  client.values.get()[i] = value;
              });
}

/// Launches kernel(list, elements, words, the chunks' counts of selected elements).
template <class Source, class Kernel>
void with_counts(Device& device, std::span<const Source> clients, std::size_t elements,
                 Kernel* kernel) {
    if (clients.empty() || elements == 0) {
        return;
    }
    CudaDevice& cuda = cuda_device(device);
    const std::size_t words = divide_up(elements, warp_size), chunks = divide_up(elements, chunk);
    const Source* list = cuda.list(Scratch::clients, clients);
    auto* counts = static_cast<std::uint32_t*>(
        cuda.scratch(Scratch::selection, clients.size() * chunks * sizeof(std::uint32_t)));
    const dim3 grid = lane_grid(chunks, clients.size());
    launch(count_kernel<Source>, grid, block_threads, 0, cuda.stream(), list, words, counts);
    launch(kernel, grid, block_threads, 0, cuda.stream(), list, elements, words, counts);
}

void find_thresholds(Device& device, std::span<const SelectSource> clients, std::size_t elements,
                     std::size_t k) {
    if (clients.empty() || elements == 0) {
        return;
    }
    CudaDevice& cuda = cuda_device(device);
    const SelectSource* list = cuda.list(Scratch::clients, clients);
    const std::size_t bytes = clients.size() * formula::digit_values * sizeof(unsigned long long);
    auto* counts = static_cast<unsigned long long*>(cuda.scratch(Scratch::selection, bytes));
    cuda.clear(DevicePointer<void>::from_device(counts), bytes);
    for (unsigned digit = 0; digit < formula::digits; ++digit) {
        launch(histogram_kernel, lane_grid(divide_up(elements, chunk), clients.size()),
               block_threads, 0, cuda.stream(), list, elements, digit, counts);
        launch(narrow_kernel, lane_grid(1, clients.size()), block_threads, 0, cuda.stream(), list,
               static_cast<std::uint64_t>(k), digit, counts);
    }
}

void select_largest(Device& device, std::span<const SelectSource> clients, std::size_t elements) {
    if (clients.empty() || elements == 0) {
        return;
    }
    CudaDevice& cuda = cuda_device(device);
    const std::size_t words = divide_up(elements, warp_size), chunks = divide_up(elements, chunk);
    const SelectSource* list = cuda.list(Scratch::clients, clients);
    auto* ties = static_cast<std::uint32_t*>(cuda.scratch(
        Scratch::selection, clients.size() * (words + chunks) * sizeof(std::uint32_t)));
    std::uint32_t* counts = ties + clients.size() * words;
    const dim3 grid = lane_grid(chunks, clients.size());
    launch(mark_kernel, grid, block_threads, 0, cuda.stream(), list, elements, words, ties, counts);
    launch(ties_kernel, grid, block_threads, 0, cuda.stream(), list, words, ties, counts);
}

void gather_selected(Device& device, std::span<const SelectSource> clients, std::size_t elements) {
    with_counts(device, clients, elements, gather_kernel);
}

void scatter_selected(Device& device, std::span<const ScatterSource> clients,
                      std::size_t elements) {
    with_counts(device, clients, elements, scatter_kernel);
}

} // namespace

void select_contracts(Backend& backend) {
    backend.set(kernels::find_thresholds, find_thresholds);
    backend.set(kernels::select_largest, select_largest);
    backend.set(kernels::gather_selected, gather_selected);
    backend.set(kernels::scatter_selected, scatter_selected);
}

} // namespace fedmrn::kernels::cuda
