// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "kernels/contract.hpp"
#include "kernels/formula/select.hpp"

// The k largest magnitudes of a vector: which they are, one bit an element (bit i % 32 of word
// i / 32, bits past the end zero), and their values in the order of their indices. Not a number is
// larger than all others.
namespace fedmrn::kernels {

/// One client's vector, in device memory, and where what is found in it goes.
struct SelectSource {
    DevicePointer<const float> values;
    DevicePointer<const float> base = {};             ///< added to values; null: nothing is
    DevicePointer<formula::Threshold> threshold = {}; ///< one
    DevicePointer<std::uint32_t> words;               ///< [⌈elements / 32⌉]
    DevicePointer<float> kept;                        ///< [k]
};

/// The clients' thresholds for k in 1 … elements; nothing where there are no elements.
inline constexpr Contract<void(Device& device, std::span<const SelectSource> clients,
                               std::size_t elements, std::size_t k)>
    find_thresholds{"find_thresholds", Exactness::bits};

/// From the thresholds the selections' words.
inline constexpr Contract<void(Device& device, std::span<const SelectSource> clients,
                               std::size_t elements)>
    select_largest{"select_largest", Exactness::bits};

/// From the words the values that are kept.
inline constexpr Contract<void(Device& device, std::span<const SelectSource> clients,
                               std::size_t elements)>
    gather_selected{"gather_selected", Exactness::bits};

/// One client's selection on the device, with a float or a sign for each selected element.
struct ScatterSource {
    DevicePointer<const std::uint32_t> words;
    DevicePointer<const float> kept;          ///< null: ± scale
    DevicePointer<const std::uint32_t> signs; ///< bit j % 32 of word j / 32: the j-th is − scale
    float scale = 0;
    DevicePointer<float> values; ///< [elements], receives them at their places and 0 elsewhere
};

/// Back from there to vectors.
inline constexpr Contract<void(Device& device, std::span<const ScatterSource> clients,
                               std::size_t elements)>
    scatter_selected{"scatter_selected", Exactness::bits};

} // namespace fedmrn::kernels
