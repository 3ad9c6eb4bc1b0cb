// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "kernels/contract.hpp"
#include "kernels/formula/centroids.hpp"
#include "kernels/formula/hadamard.hpp"

// The random rotation R = H S / √n of a slice of n = 2^k values, one slice a call: S turns signs at
// random, H is the Walsh–Hadamard matrix in natural order. In float32 by radix-2 stages of distance
// h = 1, 2, 4, … n / 2, (a, b) ← (a + b, a − b), then times formula::rotation_unit(n).
namespace fedmrn::kernels {

/// One client's slice that is to be rotated; device memory.
struct RotationSource {
    std::uint64_t seed = 0;            ///< of the signs
    DevicePointer<const float> values; ///< [n]
    DevicePointer<float> out;          ///< receives n, may not overlap values
};

/// out = R values. first: the slice's first element, a multiple of n; of the elements' numbers and
/// the seed the signs are made.
inline constexpr Contract<void(Device& device, std::size_t first,
                               std::span<const RotationSource> clients, std::size_t n)>
    rotate{"rotate", Exactness::bits};

/// One client's rotated slice whose codes are wanted; device memory.
struct CentroidSource {
    DevicePointer<const float> values; ///< [n]
    DevicePointer<float> scale;        ///< receives one float
    DevicePointer<std::uint32_t>
        words; ///< receives bits · ⌈n / 32⌉, in planes as quantize.hpp says
};

/// The nearest centroids to values in units of their root mean square, and what scales them. Sums
/// in the order of formula::moment_rows. Bits of finite values; of others the scale is infinite.
inline constexpr Contract<void(Device& device, const formula::Codebook& book,
                               formula::Estimate estimate, std::span<const CentroidSource> clients,
                               std::size_t n)>
    nearest_centroids{"nearest_centroids", Exactness::bits};

/// One client's codes of a slice, to be rotated back; device memory.
struct CodedSlice {
    std::uint64_t seed = 0;                   ///< of the signs
    DevicePointer<const std::uint32_t> words; ///< [bits · ⌈n / 32⌉]
    float scale = 0;
    DevicePointer<float> out; ///< receives n
};

/// out = Rᵀ (scale · centroids of the codes). first: as in rotate.
inline constexpr Contract<void(Device& device, const formula::Codebook& book, std::size_t first,
                               std::span<const CodedSlice> clients, std::size_t n)>
    rotate_back{"rotate_back", Exactness::bits};

} // namespace fedmrn::kernels
