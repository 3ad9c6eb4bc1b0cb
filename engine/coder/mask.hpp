// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

namespace fedmrn::coder {

/// What sender and receiver of a string of bits both know.
struct MaskFacts {
    std::uint64_t elements = 0;
    /// Of a mask over noise (kernels/formula/noise.hpp) the key that draws it.
    std::optional<std::uint64_t> noise;
};

/// A coded mask, or nothing where that is no shorter. words: ⌈elements / 32⌉, bits past the end
/// zero.
std::vector<std::byte> code_mask(std::span<const std::uint32_t> words, const MaskFacts& facts);

/// Reads it off the front of coded into words. False: nothing that code_mask makes of such a mask
/// begins so.
bool read_mask(std::span<const std::byte>& coded, const MaskFacts& facts,
               std::span<std::uint32_t> words);

} // namespace fedmrn::coder
