// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>

#include "kernels/contract.hpp"
#include "kernels/formula/affine.hpp"
#include "kernels/formula/lane.hpp"

// Values as integers of 2 … 8 bits. A tensor is `groups` of `size` neighbouring elements, a scale
// and a zero point each: its output channels, or one group. It has less than 2³¹ elements. rule:
// one, in device memory, so that a recorded step follows it.
namespace fedmrn::kernels {

/// The groups' scales and zero points, [groups], for every active lane.
inline constexpr Contract<void(Device& device, DevicePointer<const formula::AffineRule> rule,
                               std::size_t lanes, DevicePointer<const LaneState> states,
                               std::size_t groups, std::size_t size, PerLane<const float> values,
                               PerLane<formula::Affine> scales)>
    affine_scales{"affine_scales", Exactness::bits};

/// values[i] = x̂ of values[i], for every active lane. saturated, where it is not null: bit i % 32
/// of word i / 32 tells whether element i lay outside of the range; bits past the end are zero.
inline constexpr Contract<void(
    Device& device, DevicePointer<const formula::AffineRule> rule, std::size_t lanes,
    DevicePointer<const LaneState> states, std::size_t groups, std::size_t size,
    PerLane<const formula::Affine> scales, PerLane<float> values, PerLane<std::uint32_t> saturated)>
    fake_quantize{"fake_quantize", Exactness::bits};

/// gradient[i] = 0 where bit i of saturated is set, for every active lane.
inline constexpr Contract<void(Device& device, std::size_t lanes,
                               DevicePointer<const LaneState> states, std::size_t elements,
                               PerLane<const std::uint32_t> saturated, PerLane<float> gradient)>
    straight_through{"straight_through", Exactness::bits};

/// The codes of values, packed: words [formula::code_words].
inline constexpr Contract<void(Device& device, const formula::AffineRule& rule, std::size_t groups,
                               std::size_t size, DevicePointer<const float> values,
                               DevicePointer<const formula::Affine> scales,
                               DevicePointer<std::uint32_t> words)>
    affine_quantize{"affine_quantize", Exactness::bits};

/// Back from there.
inline constexpr Contract<void(Device& device, const formula::AffineRule& rule, std::size_t groups,
                               std::size_t size, DevicePointer<const std::uint32_t> words,
                               DevicePointer<const formula::Affine> scales,
                               DevicePointer<float> values)>
    affine_dequantize{"affine_dequantize", Exactness::bits};

} // namespace fedmrn::kernels
