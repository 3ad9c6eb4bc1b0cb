// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace fedmrn {

/// Shape of one sample; pixels are stored row by row with the channel innermost (HWC).
struct ImageShape {
    std::uint32_t height = 1, width = 1, channels = 1;
    [[nodiscard]] std::size_t size() const { return std::size_t{height} * width * channels; }
    bool operator==(const ImageShape&) const = default;
};

/// Samples as bytes. A value is read as (byte / 255 - mean[c]) / deviation[c].
struct Split {
    std::vector<std::uint8_t> pixels; ///< samples × height × width × channels
    std::vector<std::uint16_t> labels;
    std::vector<float> mean, deviation; ///< one a channel
    [[nodiscard]] std::size_t samples() const { return labels.size(); }
};

struct Dataset {
    std::string name;
    ImageShape shape;
    std::uint32_t classes = 0;
    Split train, test;
};

/// Who holds which training samples: client k holds order[first[k]] … order[first[k + 1] - 1].
struct ClientSplit {
    std::vector<std::uint64_t> first; ///< clients + 1 offsets, first.front() == 0
    std::vector<std::uint32_t> order; ///< indices of training samples
    [[nodiscard]] std::size_t clients() const { return first.size() - 1; }
    [[nodiscard]] std::uint64_t samples(std::size_t client) const {
        return first[client + 1] - first[client];
    }
};

} // namespace fedmrn
