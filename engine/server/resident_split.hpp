// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>

#include "fedmrn/dataset.hpp"
#include "kernels/batch.hpp"
#include "kernels/device.hpp"

namespace fedmrn {

/// A split of the data set, kept in device memory as bytes for the whole run.
class ResidentSplit {
public:
    /// order: who holds which samples; empty: in the split's own order.
    ResidentSplit(Device& device, const Split& split, ImageShape shape,
                  std::span<const std::uint32_t> order);

    [[nodiscard]] kernels::SplitView view() const;
    [[nodiscard]] std::size_t samples() const { return labels_.size(); }

private:
    ImageShape shape_;
    Buffer<std::uint8_t> pixels_;
    Buffer<std::uint16_t> labels_;
    Buffer<std::uint32_t> order_;
    Buffer<float> scale_, shift_;
};

} // namespace fedmrn
