// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "kernels/formula/key.hpp"

namespace fedmrn::formula {

/// How a training image is changed: it is padded with black, bytes of 0, by 4 pixels on every side,
/// a piece of its own size is cut out of that, and every second one is mirrored left to right. What
/// torchvision's RandomCrop(size, padding=4) and RandomHorizontalFlip do before normalisation.
struct Augment {
    std::uint32_t row = 0, column = 0; ///< the piece's corner in the padded image, 0 … 8
    bool mirrored = false;
};

inline constexpr std::uint32_t augment_padding = 4;

/// Of a client's sample-th sample in an epoch.
FEDMRN_FORMULA Augment augment(std::uint64_t seed, std::uint32_t epoch, std::uint32_t sample) {
    constexpr std::uint64_t corners = 2 * augment_padding + 1;
    const Words words = philox(seed, sample, epoch, purpose_augment);
    return {static_cast<std::uint32_t>(words.w[0] * corners >> 32),
            static_cast<std::uint32_t>(words.w[1] * corners >> 32), words.w[2] >> 31 != 0};
}

/// The row of the image that comes to row h; the height or more: padding.
FEDMRN_FORMULA std::uint32_t source_row(const Augment& a, std::uint32_t h) {
    return h + a.row - augment_padding; // above the image it wraps around, to more than any height
}

/// The column of the image that comes to column w; the width or more: padding.
FEDMRN_FORMULA std::uint32_t source_column(const Augment& a, std::uint32_t w, std::uint32_t width) {
    return (a.mirrored ? width - 1 - w : w) + a.column - augment_padding;
}

} // namespace fedmrn::formula
