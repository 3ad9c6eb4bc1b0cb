// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#include "kernels/integer.hpp"

#include <gtest/gtest.h>

#include "tests/support/on_device.hpp"
#include "tests/support/random_values.hpp"

namespace fedmrn::test {
namespace {

FEDMRN_ON_DEVICES(IntegerConvolution);

/// By loops over 64 bits.
std::vector<std::int32_t> by_loops(const kernels::IntegerShape& s,
                                   const std::vector<std::uint8_t>& x,
                                   const std::vector<std::int8_t>& w) {
    std::vector<std::int32_t> y;
    for (std::size_t n = 0; n < s.samples; ++n)
        for (std::size_t h = 0; h < s.out_height(); ++h)
            for (std::size_t v = 0; v < s.out_width(); ++v)
                for (std::size_t o = 0; o < s.out; ++o) {
                    std::int64_t sum = 0;
                    for (std::size_t k = 0; k < s.taps(); ++k) {
                        const std::size_t row = h + k / s.in / s.kernel - s.padding,
                                          column = v + k / s.in % s.kernel - s.padding;
                        if (row >= s.height || column >= s.width) continue; // below 0 too
                        const std::size_t at =
                            ((n * s.height + row) * s.width + column) * s.in + k % s.in;
                        sum += (std::int64_t{x[at]} - s.zero) * w[o * s.taps() + k];
                    }
                    y.push_back(static_cast<std::int32_t>(sum));
                }
    return y;
}

void expect_loops(Device& device, const kernels::IntegerShape& s,
                  const std::vector<std::uint8_t>& x, const std::vector<std::int8_t>& w) {
    const std::vector<std::int32_t> wanted = by_loops(s, x, w);
    const Buffer<std::uint8_t> bytes(device, x);
    const Buffer<std::int8_t> weights(device, w);
    Buffer<std::int32_t> y(device, wanted.size());
    kernels::integer_convolution(device, s, bytes.data(), weights.data(), y.data());
    EXPECT_EQ(y.read(), wanted) << s.in << " to " << s.out << ", kernel " << s.kernel;
}

TEST_P(IntegerConvolution, IsThatOfPlainLoops) {
    RandomValues values(1);
    for (const kernels::IntegerShape& s : std::initializer_list<kernels::IntegerShape>{
             {.samples = 3, .height = 7, .width = 5, .in = 1, .out = 32, .kernel = 3, .padding = 1},
             {.samples = 2, .height = 6, .width = 6, .in = 16, .out = 16, .kernel = 3, .zero = 3},
             {.height = 9, .width = 8, .in = 5, .out = 7, .kernel = 5, .padding = 2, .zero = 200},
             {.samples = 5, .in = 300, .out = 10, .zero = 17},
             {.in = 1, .out = 1, .zero = 255}}) {
        std::vector<std::uint8_t> x(s.samples * s.height * s.width * s.in);
        std::vector<std::int8_t> w(s.out * s.taps());
        for (auto& v : x) v = static_cast<std::uint8_t>(values.below(256));
        for (auto& v : w) v = static_cast<std::int8_t>(static_cast<int>(values.below(255)) - 127);
        expect_loops(device, s, x, w);
    }
}

/// Pairs of products that 16 bits do not hold, and sums near the ends of 32.
TEST_P(IntegerConvolution, IsExactAtItsEnds) {
    for (const int weight : {127, -127}) {
        for (const std::int32_t zero : {0, 255}) {
            const kernels::IntegerShape s{.in = 66'000, .out = 3, .zero = zero};
            expect_loops(
                device, s,
                std::vector<std::uint8_t>(66'000, zero == 0 ? std::uint8_t{255} : std::uint8_t{0}),
                std::vector<std::int8_t>(3 * 66'000, static_cast<std::int8_t>(weight)));
        }
    }
}

} // namespace
} // namespace fedmrn::test
