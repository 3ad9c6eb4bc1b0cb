// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "kernels/contract.hpp"
#include "kernels/formula/fixed_point.hpp"
#include "kernels/formula/quantize.hpp"

// Codes of a few bits an element and a scale a tensor, one tensor a call. levels: 0 for signs
// alone, else up to 32767. Codes are packed in planes: word (i / 32) · bits + p holds bit p of the
// codes of 32 neighbours, element i in its bit i % 32, with bits = formula::code_bits(levels); bits
// past the end are zero.
namespace fedmrn::kernels {

/// One client's tensor whose scales are wanted; device memory.
struct ScaleSource {
    DevicePointer<const float> values;
    DevicePointer<float> scale; ///< receives one float for each bucket
};

/// The clients' scales of a tensor, one for each bucket of elements. Sums in the order of
/// formula::moment_rows. Bits of finite values; of others the scale is not finite.
inline constexpr Contract<void(Device& device, formula::ScaleKind kind,
                               std::span<const ScaleSource> clients, std::size_t elements,
                               std::uint64_t bucket)>
    tensor_scales{"tensor_scales", Exactness::bits};

/// One client's tensor that is to be packed; device memory.
struct QuantizeSource {
    std::uint64_t seed = 0;
    DevicePointer<const float> values;
    DevicePointer<const float> scale;   ///< of each bucket; not read without levels
    DevicePointer<std::uint32_t> words; ///< receives bits · ⌈elements / 32⌉
};

/// The clients' values of a tensor as codes, rounded at random; without levels a zero's sign is
/// drawn. tensor: its number in the model, of which with the client's seed the random words are
/// made.
inline constexpr Contract<void(Device& device, unsigned levels, std::uint32_t tensor,
                               std::span<const QuantizeSource> clients, std::size_t elements,
                               std::uint64_t bucket)>
    quantize{"quantize", Exactness::bits};

/// One client's codes on the device, waiting to be added.
struct PackedValues {
    DevicePointer<const std::uint32_t> words; ///< device memory
    float scale = 0;                          ///< of a whole tensor, in [0, formula::dense_limit)
    std::uint64_t samples = 0;                ///< N_k
    DevicePointer<const float> scales = nullptr; ///< of each bucket, else null
};

/// sum[i] += Σ_k N_k · fixed(value of code i of k), straight from the bits.
inline constexpr Contract<void(Device& device, unsigned levels,
                               std::span<const PackedValues> clients, std::size_t elements,
                               std::uint64_t bucket, DevicePointer<formula::Wide> sum)>
    aggregate_packed{"aggregate_packed", Exactness::bits};

/// mean[i] ← step · mean[i], or by majority step · sign(mean[i]), where a tie stays 0.
inline constexpr Contract<void(Device& device, std::size_t elements, double step, bool majority,
                               DevicePointer<double> mean)>
    vote{"vote", Exactness::bits};

} // namespace fedmrn::kernels
