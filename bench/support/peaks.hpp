// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <bit>
#include <map>
#include <vector>

#include "bench/support/clock.hpp"
#include "bench/support/product.hpp"

// What this machine reaches at best, measured once and when first asked for: on one thread of the
// CPU, or on the GPU.
namespace fedmrn::bench {

struct Timings {
    double fastest = 0, median = 0; ///< seconds of a call
};

/// Calls body for about the given time.
template <class Body> Timings timings(const Body& body, double budget = 0.25) {
    const std::size_t calls = calls_of(body);
    std::vector<double> taken;
    for (double spent = 0; spent < budget; spent += taken.back()) {
        taken.push_back(timed(body, calls));
    }
    std::sort(taken.begin(), taken.end());
    const auto each = static_cast<double>(calls);
    return {taken.front() / each, taken[taken.size() / 2] / each};
}

/// Bytes/s, reads and writes, of the device's own copy of an array that touches this many bytes
/// (on a GPU, cudaMemcpyAsync, replayed as kernels are): from a cache where a kernel of that size
/// would find it there too.
inline double copy_peak(std::size_t footprint) {
    static std::map<std::size_t, double> known;
    const std::size_t half =
        std::clamp<std::size_t>(std::bit_ceil(footprint) / 2, 1 << 15, 1 << 30);
    const auto found = known.find(half);
    if (found != known.end()) {
        return found->second;
    }
    const Buffer<std::byte> from(device(), half);
    Buffer<std::byte> to(device(), half);
    const auto copy = [&] { device().copy_within(to.data(), from.data(), half); };
    double seconds = 0;
    if (on_cpu()) {
        seconds = timings(copy).fastest;
    } else {
        const auto recording = record_calls(copy);
        seconds = timings([&] { recording->replay(); }).fastest / recorded_calls;
    }
    return known[half] = static_cast<double>(2 * half) / seconds;
}

/// FLOP/s of a matrix product with factors of type real; float32 as --precision says.
inline double gemm_peak(Real real) {
    static std::map<Real, double> known;
    const auto found = known.find(real);
    if (found != known.end()) {
        return found->second;
    }
    const auto product = make_product(real);
    product->run();
    return known[real] = product->operations() / timings([&] { product->run(); }, 0.5).fastest;
}

} // namespace fedmrn::bench
