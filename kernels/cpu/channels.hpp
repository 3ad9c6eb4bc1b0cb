// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>

namespace fedmrn::kernels::cpu {

/// Splits channels into blocks whose size is a compile-time constant, so that a block's sums stay
/// in vector registers: body.operator()<size>(first).
template <class Body> void for_channels(std::size_t channels, const Body& body) {
    std::size_t c = 0;
    for (; c + 32 <= channels; c += 32) {
        body.template operator()<32>(c);
    }
    for (; c + 8 <= channels; c += 8) {
        body.template operator()<8>(c);
    }
    for (; c < channels; ++c) {
        body.template operator()<1>(c);
    }
}

/// Two sums a channel. Floats over a run of values, doubles over runs: as exact as doubles where it
/// matters, as fast as floats.
template <std::size_t size> struct Sums {
    static constexpr std::size_t run = 256;
    float first[size] = {}, second[size] = {};
    double total_first[size] = {}, total_second[size] = {};
    std::size_t values = 0;

    /// To be called after each value that was added to first and second.
    void next() {
        if (++values % run == 0) {
            flush();
        }
    }
    void flush() {
        for (std::size_t i = 0; i < size; ++i) {
            total_first[i] += static_cast<double>(first[i]);
            total_second[i] += static_cast<double>(second[i]);
            first[i] = second[i] = 0.0f;
        }
    }
};

} // namespace fedmrn::kernels::cpu
