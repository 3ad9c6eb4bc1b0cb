// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#include <cmath>
#include <limits>
#include <numbers>

#include <gtest/gtest.h>

#include "kernels/hadamard.hpp"
#include "tests/support/compare.hpp"
#include "tests/support/on_device.hpp"
#include "tests/support/random_values.hpp"

namespace fedmrn::test {
namespace {

using formula::Codebook;
using formula::Estimate;

FEDMRN_ON_DEVICES(Centroids);

/// ∫ φ and ∫ x φ over [a, b), of the standard normal density φ.
double mass(double a, double b) {
    return (std::erfc(a / std::numbers::sqrt2) - std::erfc(b / std::numbers::sqrt2)) / 2;
}
double first_moment(double a, double b) {
    const auto density = [](double x) {
        return std::exp(-x * x / 2) / std::sqrt(2 * std::numbers::pi);
    };
    return density(a) - density(b);
}

/// Lloyd's iteration on the positive half of N(0, 1), from a grid that is far off, in float64.
std::vector<double> lloyd(unsigned levels) {
    std::vector<double> c(levels);
    for (unsigned l = 0; l < levels; ++l) c[l] = 0.5 * l + 0.1;
    for (int i = 0; i < 5'000; ++i) {
        std::vector<double> edge(levels + 1, 0.0);
        edge[levels] = std::numeric_limits<double>::infinity();
        for (unsigned l = 1; l < levels; ++l) edge[l] = (c[l - 1] + c[l]) / 2;
        for (unsigned l = 0; l < levels; ++l)
            c[l] = first_moment(edge[l], edge[l + 1]) / mass(edge[l], edge[l + 1]);
    }
    return c;
}

TEST(LloydMax, IsWhatLloydsIterationConvergesTo) {
    const double distortion[] = {0.3634, 0.1175, 0.03454, 0.009497}; // Max, four digits
    for (unsigned bits = 1; bits <= formula::most_centroid_bits; ++bits) {
        const unsigned levels = 1U << (bits - 1);
        const auto c = lloyd(levels);
        double square = 0;
        for (unsigned l = 0; l < levels; ++l) {
            const double* table = formula::lloyd_max[bits - 1];
            EXPECT_NEAR(table[l], c[l], 1e-12) << bits << ' ' << l;
            const double low = l == 0 ? 0 : (c[l - 1] + c[l]) / 2;
            const double high = l + 1 == levels ? INFINITY : (c[l] + c[l + 1]) / 2;
            square += 2 * c[l] * c[l] * mass(low, high);
        }
        EXPECT_NEAR(1 - square, distortion[bits - 1], 2e-5) << bits; // E (x − q)² = 1 − E q²
    }
}

struct Coded {
    float scale = 0;
    std::vector<std::uint32_t> codes;
    bool operator==(const Coded&) const = default;
};

std::vector<Coded> coded(Device& device, unsigned bits, Estimate estimate,
                         const std::vector<std::vector<float>>& clients) {
    const std::size_t n = clients[0].size(), words = (n + 31) / 32 * bits;
    Buffer<float> x(device, n * clients.size()), scale(device, clients.size());
    Buffer<std::uint32_t> packed(device, words * clients.size());
    std::vector<kernels::CentroidSource> sources;
    for (std::size_t k = 0; k < clients.size(); ++k) {
        x.write(clients[k], k * n);
        sources.push_back({x.data() + k * n, scale.data() + k, packed.data() + k * words});
    }
    kernels::nearest_centroids(device, formula::codebook(bits), estimate, sources, n);
    const auto scales = scale.read();
    const auto planes = packed.read();
    std::vector<Coded> all(clients.size());
    for (std::size_t k = 0; k < clients.size(); ++k) {
        all[k].scale = scales[k];
        for (std::size_t i = 0; i < words * 32 / bits; ++i) {
            std::uint32_t code = 0;
            for (unsigned p = 0; p < bits; ++p)
                code |= (planes[k * words + i / 32 * bits + p] >> i % 32 & 1) << p;
            if (i < n) {
                all[k].codes.push_back(code);
            } else {
                EXPECT_EQ(code, 0U) << "past the end";
            }
        }
    }
    return all;
}

double centroid_of(unsigned bits, std::uint32_t code) {
    const double size = formula::lloyd_max[bits - 1][code >> 1];
    return (code & 1) != 0 ? -size : size;
}

/// No other centroid is nearer, and the scale makes ⟨scale · q, r⟩ = ‖r‖², or ‖scale · q − r‖
/// least; everything in float64 from the table.
TEST_P(Centroids, AreTheNearestAndScaled) {
    for (unsigned bits = 1; bits <= 4; ++bits) {
        for (const std::size_t n : {1U, 2U, 16U, 32U, 512U, 2048U}) {
            const auto values = RandomValues(n).values(n, 0.02);
            double rr = 0;
            for (const float v : values) rr += double{v} * double{v};
            const double deviation = std::sqrt(rr / double(n));
            for (const Estimate estimate : {Estimate::unbiased, Estimate::least_error}) {
                const Coded found = coded(device, bits, estimate, {values})[0];
                double qr = 0, qq = 0;
                for (std::size_t i = 0; i < n; ++i) {
                    const double x = double{values[i]} / deviation;
                    const double own = centroid_of(bits, found.codes[i]);
                    for (std::uint32_t other = 0; other < 1U << bits; ++other) {
                        ASSERT_LE(std::abs(x - own), std::abs(x - centroid_of(bits, other)) + 1e-12)
                            << bits << ' ' << n << ' ' << i;
                    }
                    const double q = own / centroid_of(bits, (1U << bits) - 2);
                    qr += q * double{values[i]};
                    qq += q * q;
                }
                const double expected = estimate == Estimate::unbiased ? rr / qr : qr / qq;
                ASSERT_NEAR(double{found.scale}, expected, 2e-7 * expected) << bits << ' ' << n;
            }
        }
    }
}

/// One bit: the signs, with DRIVE's ‖r‖² / ‖r‖₁ = 26/8 and ‖r‖₁ / n = 2; zero is positive.
TEST_P(Centroids, OfOneBitAreSigns) {
    const std::vector<float> r{1.0f, -3.0f, 0.0f, -4.0f};
    const std::vector<std::uint32_t> signs{0, 1, 0, 1};
    EXPECT_EQ(coded(device, 1, Estimate::unbiased, {r})[0], (Coded{3.25f, signs}));
    EXPECT_EQ(coded(device, 1, Estimate::least_error, {r})[0], (Coded{2.0f, signs}));
}

TEST_P(Centroids, OfZerosAreZeros) {
    for (unsigned bits = 1; bits <= 4; ++bits) {
        for (const Estimate estimate : {Estimate::unbiased, Estimate::least_error}) {
            for (const std::size_t n : {1U, 64U, 1024U}) {
                std::vector<float> zeros(n, 0.0f);
                zeros[n / 2] = -0.0f;
                const Coded found = coded(device, bits, estimate, {zeros})[0];
                EXPECT_EQ(found, (Coded{0.0f, std::vector<std::uint32_t>(n, 0)}));
            }
        }
    }
}

/// What is smaller than a normal float still has a scale; what is not finite has an infinite one.
TEST_P(Centroids, OfTheSmallestAndOfNoNumbers) {
    const std::vector<float> tiny(64, 1e-44f);
    EXPECT_EQ(coded(device, 1, Estimate::unbiased, {tiny})[0].scale, tiny[0]);
    for (const float bad : {INFINITY, -INFINITY, NAN}) {
        for (unsigned bits = 1; bits <= 4; ++bits) {
            std::vector<float> values(64, 1.0f);
            values[33] = bad;
            for (const Estimate estimate : {Estimate::unbiased, Estimate::least_error})
                EXPECT_EQ(coded(device, bits, estimate, {values})[0].scale, INFINITY);
        }
    }
}

TEST_P(Centroids, OfClientsTogetherAreAsAlone) {
    const std::vector<std::vector<float>> clients{RandomValues(1).values(4096),
                                                  RandomValues(2).values(4096, 1e-3),
                                                  RandomValues(3).values(4096, 1e3)};
    const auto together = coded(device, 3, Estimate::unbiased, clients);
    for (std::size_t k = 0; k < clients.size(); ++k)
        EXPECT_EQ(together[k], coded(device, 3, Estimate::unbiased, {clients[k]})[0]);
}

} // namespace
} // namespace fedmrn::test
