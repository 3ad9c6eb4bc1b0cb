// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>

#include "kernels/contract.hpp"

namespace fedmrn::kernels {

/// Stride-1 convolution of bytes x [samples][height][width][in], of which `zero` stands for 0 and
/// is what lies around an image, with w [out][kernel][kernel][in], −127 … 127. A linear layer is
/// one of images of one pixel.
struct IntegerShape {
    std::size_t samples = 1;
    std::size_t height = 1, width = 1, in = 1, out = 1, kernel = 1, padding = 0;
    std::int32_t zero = 0; ///< 0 … 255
    [[nodiscard]] std::size_t out_height() const { return height + 2 * padding - kernel + 1; }
    [[nodiscard]] std::size_t out_width() const { return width + 2 * padding - kernel + 1; }
    [[nodiscard]] std::size_t taps() const { return kernel * kernel * in; }
    bool operator==(const IntegerShape&) const = default;
};

/// y [samples][height'][width'][out] = Σ (x − zero) · w over at most 66,000 taps. Integers, so
/// exact, and equal on every device, wherever the products come from a library that is.
inline constexpr Contract<void(Device& device, const IntegerShape& shape,
                               DevicePointer<const std::uint8_t> x,
                               DevicePointer<const std::int8_t> w, DevicePointer<std::int32_t> y)>
    integer_convolution{"integer_convolution", Exactness::run_to_run};

} // namespace fedmrn::kernels
