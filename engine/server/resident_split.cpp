// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#include "engine/server/resident_split.hpp"

#include <vector>

namespace fedmrn {
namespace {

/// (byte / 255 − mean) / deviation as byte · scale + shift.
std::vector<float> scales(const Split& split) {
    std::vector<float> scale;
    for (const float deviation : split.deviation) {
        scale.push_back(1.0f / (255.0f * deviation));
    }
    return scale;
}

std::vector<float> shifts(const Split& split) {
    std::vector<float> shift;
    for (std::size_t c = 0; c < split.mean.size(); ++c) {
        shift.push_back(-split.mean[c] / split.deviation[c]);
    }
    return shift;
}

} // namespace

ResidentSplit::ResidentSplit(Device& device, const Split& split, ImageShape shape,
                             std::span<const std::uint32_t> order)
    : shape_(shape), pixels_(device, split.pixels), labels_(device, split.labels),
      order_(device, order), scale_(device, scales(split)), shift_(device, shifts(split)) {}

kernels::SplitView ResidentSplit::view() const {
    return {.pixels = pixels_.data(),
            .labels = labels_.data(),
            .order = order_.size() != 0 ? order_.data() : nullptr,
            .scale = scale_.data(),
            .shift = shift_.data(),
            .sample_size = shape_.size(),
            .channels = shape_.channels,
            .width = shape_.width};
}

} // namespace fedmrn
