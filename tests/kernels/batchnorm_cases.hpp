// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "kernels/batchnorm.hpp"
#include "tests/support/compare.hpp"
#include "tests/support/lane_states.hpp"
#include "tests/support/random_values.hpp"
#include "tests/support/reference_layers.hpp"

namespace fedmrn::test {

/// The shapes of BatchNorm alone, with ReLU, and with ReLU and pooling of even and odd sizes;
/// channels that fill blocks of 32, of 8 and of 1.
inline constexpr kernels::BatchnormShape batchnorm_shapes[] = {
    {.batch = 3, .height = 4, .width = 5, .channels = 5},
    {.batch = 4, .height = 1, .width = 1, .channels = 9},
    {.batch = 3, .height = 4, .width = 5, .channels = 5, .relu = true},
    {.batch = 3, .height = 4, .width = 4, .channels = 8, .relu = true, .pool = 2},
    {.batch = 3, .height = 7, .width = 5, .channels = 3, .relu = true, .pool = 2},
    {.batch = 3, .height = 7, .width = 8, .channels = 2, .relu = false, .pool = 3},
    {.batch = 2, .height = 3, .width = 2, .channels = 41, .relu = true, .pool = 2},
};

/// How near the values come to where ReLU or max-pool changes its mind; a float32 implementation
/// and a finite difference must be able to decide as the reference does.
inline double kink_distance(const kernels::BatchnormShape& s, std::size_t rows, const Values& z) {
    double nearest = HUGE_VAL;
    for (std::size_t n = 0; n < rows; ++n)
        for (std::size_t h = 0; h < s.height / s.pool * s.pool; ++h)
            for (std::size_t w = 0; w < s.width / s.pool * s.pool; ++w)
                for (std::size_t c = 0; c < s.channels; ++c) {
                    const auto at = [&](std::size_t r, std::size_t v) {
                        return z[((n * s.height + r) * s.width + v) * s.channels + c];
                    };
                    if (s.relu) nearest = std::min(nearest, std::abs(at(h, w)));
                    for (std::size_t k = 0; k < s.pool * s.pool; ++k) {
                        const std::size_t r = h / s.pool * s.pool + k / s.pool;
                        const std::size_t v = w / s.pool * s.pool + k % s.pool;
                        if (r == h && v == w) continue;
                        nearest = std::min(nearest, std::abs(at(h, w) - at(r, v)));
                    }
                }
    return nearest;
}

/// One lane whose batch is one sample short, drawn again until no value is within 10⁻³ of a kink.
struct BatchnormCase {
    BatchnormCase(Device& device, const kernels::BatchnormShape& s)
        : rows(static_cast<std::uint32_t>(s.batch) - 1), states(lanes_of(device, {rows})),
          in(s.batch * s.height * s.width * s.channels),
          out(s.batch * s.out_height() * s.out_width() * s.channels), used_in(in / s.batch * rows),
          used_out(out / s.batch * rows) {
        kernels::BatchnormShape bare = s;
        bare.relu = false;
        bare.pool = 1;
        for (std::uint64_t seed = 1;; ++seed) {
            RandomValues random(seed);
            x = random.values(in, 3.0);
            for (float& v : x) v += 1.0f;
            gamma = random.values(s.channels, 0.5);
            for (float& v : gamma) v += 1.0f;
            beta = random.values(s.channels, 0.3);
            mean = random.values(s.channels);
            variance = random.values(s.channels, 0.4);
            for (float& v : variance) v += 1.0f;
            dy = random.values(out);
            const Values used = widened(head(x, used_in));
            const ReferenceMoments running{widened(mean), widened(variance)};
            const auto far = [&](const ReferenceMoments& m) {
                return kink_distance(s, rows,
                                     reference_batchnorm(bare, rows, used, widened(gamma),
                                                         widened(beta), m)) > 1e-3;
            };
            if (far(reference_moments(s.channels, used)) && far(running)) break;
        }
    }
    std::uint32_t rows;
    Buffer<LaneState> states;
    std::size_t in, out, used_in, used_out;
    std::vector<float> x, gamma, beta, mean, variance, dy;
};

} // namespace fedmrn::test
