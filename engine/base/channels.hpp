// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <span>
#include <vector>

namespace fedmrn {

/// [rows][pixels][channels], the engine's order, to [rows][channels][pixels], which is that of
/// PyTorch and ONNX.
template <class T>
std::vector<T> channels_first(std::span<const T> in, std::size_t pixels, std::size_t channels) {
    std::vector<T> out(in.size());
    const std::size_t row = pixels * channels;
    for (std::size_t i = 0; i < in.size(); ++i) {
        const std::size_t pixel = i % row / channels, channel = i % channels;
        out[i / row * row + channel * pixels + pixel] = in[i];
    }
    return out;
}

/// And back.
template <class T>
std::vector<T> channels_last(std::span<const T> in, std::size_t pixels, std::size_t channels) {
    return channels_first(in, channels, pixels);
}

} // namespace fedmrn
