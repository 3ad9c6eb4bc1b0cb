// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#include "kernels/binarize.hpp"

#include <algorithm>

#include "kernels/quantize.hpp"
#include "kernels/random_tile.hpp"

namespace fedmrn::kernels::cpu {
namespace {

using formula::BinaryScale;
constexpr std::size_t tile_size = formula::tile;

std::size_t tiles_of(const BinaryTensor& tensor) {
    return (tensor.elements + tile_size - 1) / tile_size;
}

float mean_magnitude(Device& device, const BinaryTensor& tensor, const float* update) {
    float mean = 0;
    const ScaleSource one{DevicePointer<const float>::from_device(update + tensor.offset),
                          DevicePointer<float>::from_device(&mean)};
    if (tensor.elements != 0) {
        kernels::tensor_scales(device, formula::ScaleKind::mean_magnitude, {&one, 1},
                               tensor.elements, formula::whole_tensor);
    }
    return mean;
}

/// Of tensor t, as the update holds it.
BinaryScale scale_of(const BinaryUpdate& binary, std::size_t t, const float* update) {
    const float* scales = update + binary.scales;
    return formula::binary_scale(scales[binary.tensors.size() + t], scales[t]);
}

/// p[t] += p[t + 128], …: the sum ends up in front.
double halved(double* partial) {
    for (std::size_t half = formula::binary_sums / 2; half > 0; half /= 2) {
        for (std::size_t t = 0; t < half; ++t) {
            partial[t] += partial[t + half];
        }
    }
    return partial[0];
}

/// One tensor's gradient; returns dL/dα. tile: its first.
double tensor_gradient(const LaneState& state, std::size_t tile, std::size_t elements, float alpha,
                       const float* update, float* gradient) {
    std::uint32_t words[tile_size];
    double of_chunks[formula::binary_sums] = {};
    std::size_t chunk = 0;
    for (std::size_t begin = 0; begin < elements; begin += formula::binary_chunk, ++chunk) {
        double partial[formula::binary_sums] = {};
        const std::size_t end = std::min<std::size_t>(begin + formula::binary_chunk, elements);
        for (std::size_t first = begin; first < end; first += 32) {
            if (first % tile_size == 0) {
                random_tile(state.seed, tile + first / tile_size, state.step + 1,
                            formula::purpose_mask, words);
            }
            double* sums = partial + first / tile_size % 8 * 32;
            const std::uint32_t* word = words + first % tile_size;
            for (std::size_t i = first; i < std::min(first + 32, end); ++i) {
                const bool bit = formula::binary_bit(update[i], alpha, word[i - first]);
                sums[i - first] += formula::scale_gradient(gradient[i], update[i], alpha, bit);
                gradient[i] = formula::binary_gradient(gradient[i], update[i], alpha);
            }
        }
        of_chunks[chunk % formula::binary_sums] += halved(partial);
    }
    return halved(of_chunks);
}

void binarize_weights(Device& device, const BinaryUpdate& binary, std::size_t lanes,
                      const LaneState* states, const float* global, PerLane<float> update,
                      PerLane<float> weights) {
    std::uint32_t words[tile_size];
    for (std::size_t lane = 0; lane < lanes; ++lane) {
        const LaneState& state = states[lane];
        if (state.samples == 0) {
            continue;
        }
        const std::uint32_t dense = formula::dense_steps(state.steps);
        std::size_t tile = 0;
        for (std::size_t t = 0; t < binary.tensors.size(); ++t) {
            const BinaryTensor& tensor = binary.tensors[t];
            const float* base = global + tensor.offset;
            const float* u = update[lane].get() + tensor.offset;
            float* w = weights[lane].get() + tensor.offset;
            if (state.step < dense) {
                for (std::size_t i = 0; i < tensor.elements; ++i) {
                    w[i] = base[i] + u[i];
                }
            } else {
                if (state.step == dense) {
                    update[lane].get()[binary.scales + binary.tensors.size() + t] =
                        mean_magnitude(device, tensor, update[lane].get());
                }
                const float alpha = scale_of(binary, t, update[lane].get()).alpha;
                for (std::size_t begin = 0; begin < tensor.elements; begin += tile_size) {
                    random_tile(state.seed, tile + begin / tile_size, state.step + 1,
                                formula::purpose_mask, words);
                    const std::size_t count = std::min(tile_size, tensor.elements - begin);
                    for (std::size_t i = 0; i < count; ++i) {
                        const bool bit = formula::binary_bit(u[begin + i], alpha, words[i]);
                        w[begin + i] = base[begin + i] + formula::binary_value(bit, alpha);
                    }
                }
            }
            tile += tiles_of(tensor);
        }
    }
}

void binarize_gradient(Device&, const BinaryUpdate& binary, std::size_t lanes,
                       const LaneState* states, PerLane<const float> update,
                       PerLane<float> gradient) {
    for (std::size_t lane = 0; lane < lanes; ++lane) {
        const LaneState& state = states[lane];
        if (state.samples == 0) {
            continue;
        }
        const std::size_t tensors = binary.tensors.size();
        float* of_exponents = gradient[lane].get() + binary.scales;
        std::fill_n(of_exponents, 2 * tensors, 0.0f);
        if (state.step < formula::dense_steps(state.steps)) {
            continue;
        }
        std::size_t tile = 0;
        for (std::size_t t = 0; t < tensors; ++t) {
            const BinaryTensor& tensor = binary.tensors[t];
            const BinaryScale scale = scale_of(binary, t, update[lane].get());
            const double sum = tensor_gradient(state, tile, tensor.elements, scale.alpha,
                                               update[lane].get() + tensor.offset,
                                               gradient[lane].get() + tensor.offset);
            of_exponents[t] = formula::exponent_gradient(sum, scale);
            tile += tiles_of(tensor);
        }
    }
}

void pack_binarized(Device& device, const BinaryUpdate& binary,
                    std::span<const BinarizeSource> clients) {
    std::uint32_t words[tile_size];
    const std::size_t tensors = binary.tensors.size();
    for (const BinarizeSource& client : clients) {
        std::size_t tile = 0;
        std::uint32_t* out = client.words.get();
        for (std::size_t t = 0; t < tensors; ++t) {
            const BinaryTensor& tensor = binary.tensors[t];
            const float* u = client.update.get() + tensor.offset;
            BinaryScale scale = scale_of(binary, t, client.update.get());
            if (scale.start == 0.0f) {
                scale = formula::binary_scale(mean_magnitude(device, tensor, client.update.get()),
                                              client.update.get()[binary.scales + t]);
            }
            const float alpha = scale.alpha;
            client.scales.get()[t] = alpha;
            for (std::size_t first = 0; first < tensor.elements; first += 32) {
                if (first % tile_size == 0) {
                    random_tile(client.seed, tile + first / tile_size, 0,
                                formula::purpose_final_mask, words);
                }
                std::uint32_t codes = 0;
                for (std::size_t i = first; i < std::min(first + 32, tensor.elements); ++i) {
                    const bool bit = formula::binary_bit(u[i], alpha, words[i % tile_size]);
                    codes |= std::uint32_t{!bit} << (i - first);
                }
                *out++ = codes;
            }
            tile += tiles_of(tensor);
        }
    }
}

} // namespace

void binarize_contracts(Backend& backend) {
    backend.set(kernels::binarize_weights, binarize_weights);
    backend.set(kernels::binarize_gradient, binarize_gradient);
    backend.set(kernels::pack_binarized, pack_binarized);
}

} // namespace fedmrn::kernels::cpu
