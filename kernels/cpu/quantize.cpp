// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#include "kernels/quantize.hpp"

#include <algorithm>

#include "kernels/random_tile.hpp"

namespace fedmrn::kernels::cpu {
namespace {

constexpr std::size_t tile_size = formula::tile;

formula::Moments moments_of(const float* values, std::size_t elements) {
    constexpr std::size_t rows = formula::moment_rows;
    formula::Moments partial[rows] = {};
    for (std::size_t begin = 0; begin < elements; begin += rows) {
        const std::size_t count = std::min(rows, elements - begin);
        for (std::size_t t = 0; t < count; ++t) {
            formula::add(partial[t], values[begin + t]);
        }
    }
    for (std::size_t half = rows / 2; half > 0; half /= 2) {
        for (std::size_t t = 0; t < half; ++t) {
            formula::add(partial[t], partial[t + half]);
        }
    }
    return partial[0];
}

/// The codes of up to 32 elements as bit planes.
void put_planes(const std::uint32_t* codes, std::size_t count, unsigned bits,
                std::uint32_t* planes) {
    for (unsigned p = 0; p < bits; ++p) {
        std::uint32_t plane = 0;
        for (std::size_t i = 0; i < count; ++i) {
            plane |= (codes[i] >> p & 1u) << i;
        }
        planes[p] = plane;
    }
}

void pack_tensor(unsigned levels, std::uint32_t tensor, const QuantizeSource& client,
                 std::size_t elements, std::uint64_t bucket) {
    const unsigned bits = formula::code_bits(levels), shift = formula::bucket_shift(bucket);
    std::uint32_t words[tile_size] = {}, codes[tile_size];
    for (std::size_t begin = 0; begin < elements; begin += tile_size) {
        const std::size_t count = std::min(tile_size, elements - begin);
        const float* values = client.values.get() + begin;
        if (levels == 0) {
            if (std::find(values, values + count, 0.0f) != values + count) { // words for its coin
                random_tile(client.seed, begin / tile_size, tensor, formula::purpose_quantize,
                            words);
            }
            for (std::size_t i = 0; i < count; ++i) {
                codes[i] = formula::sign_code(values[i], words[i]);
            }
        } else {
            random_tile(client.seed, begin / tile_size, tensor, formula::purpose_quantize, words);
            const double per_scale = static_cast<double>(levels) /
                                     static_cast<double>(client.scale.get()[begin >> shift]);
            for (std::size_t i = 0; i < count; ++i) {
                codes[i] = formula::quantize(values[i], per_scale, levels, words[i]);
            }
        }
        for (std::size_t i = 0; i < count; i += 32) {
            put_planes(codes + i, std::min<std::size_t>(32, count - i), bits,
                       client.words.get() + (begin + i) / 32 * bits);
        }
    }
}

void tensor_scales(Device&, formula::ScaleKind kind, std::span<const ScaleSource> clients,
                   std::size_t elements, std::uint64_t bucket) {
    const std::size_t each = std::min<std::uint64_t>(bucket, elements);
    for (const ScaleSource& client : clients) {
        for (std::size_t begin = 0; begin < elements; begin += each) {
            const std::size_t count = std::min(each, elements - begin);
            const formula::Moments moments = moments_of(client.values.get() + begin, count);
            client.scale.get()[begin / each] = formula::scale_of(kind, moments, count);
        }
    }
}

void quantize(Device&, unsigned levels, std::uint32_t tensor,
              std::span<const QuantizeSource> clients, std::size_t elements, std::uint64_t bucket) {
    for (const QuantizeSource& client : clients) {
        pack_tensor(levels, tensor, client, elements, bucket);
    }
}

void aggregate_packed(Device&, unsigned levels, std::span<const PackedValues> clients,
                      std::size_t elements, std::uint64_t bucket, formula::Wide* sum) {
    const unsigned bits = formula::code_bits(levels), shift = formula::bucket_shift(bucket);
    for (std::size_t begin = 0; begin < elements; begin += 32) {
        const std::size_t count = std::min<std::size_t>(32, elements - begin);
        for (const PackedValues& client : clients) {
            const std::uint32_t* planes = client.words.get() + begin / 32 * bits;
            std::uint32_t codes[32] = {};
            for (unsigned p = 0; p < bits; ++p) {
                for (unsigned i = 0; i < 32; ++i) {
                    codes[i] |= (planes[p] >> i & 1u) << p;
                }
            }
            const auto weight = static_cast<formula::Wide>(client.samples);
            const float* scales = client.scales.get();
            const float scale = scales != nullptr ? scales[begin >> shift] : client.scale;
            for (std::size_t i = 0; i < count; ++i) {
                const float value = formula::dequantize(codes[i], scale, levels);
                sum[begin + i] += weight * formula::to_fixed(value);
            }
        }
    }
}

void vote(Device&, std::size_t elements, double step, bool majority, double* mean) {
    for (std::size_t i = 0; i < elements; ++i) {
        mean[i] = formula::vote(mean[i], step, majority);
    }
}

} // namespace

void quantize_contracts(Backend& backend) {
    backend.set(kernels::tensor_scales, tensor_scales);
    backend.set(kernels::quantize, quantize);
    backend.set(kernels::aggregate_packed, aggregate_packed);
    backend.set(kernels::vote, vote);
}

} // namespace fedmrn::kernels::cpu
