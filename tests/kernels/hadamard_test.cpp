// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#include "kernels/hadamard.hpp"

#include <bit>
#include <cmath>

#include <gtest/gtest.h>

#include "tests/support/compare.hpp"
#include "tests/support/on_device.hpp"
#include "tests/support/random_values.hpp"
#include "tests/support/statistics.hpp"

namespace fedmrn::test {
namespace {

FEDMRN_ON_DEVICES(Hadamard);

constexpr std::uint64_t seed = 0x123456789abcdef0;

double sign(std::size_t element, std::uint64_t of = seed) {
    return (formula::sign_word(of, element / 32) >> element % 32 & 1) != 0 ? -1.0 : 1.0;
}
/// An entry of the Walsh–Hadamard matrix in natural order.
double entry(std::size_t row, std::size_t column) {
    return std::popcount(row & column) % 2 != 0 ? -1.0 : 1.0;
}

std::vector<float> rotated(Device& device, std::size_t first, const std::vector<float>& values) {
    const Buffer<float> x(device, values);
    Buffer<float> out(device, values.size());
    const kernels::RotationSource one{seed, x.data(), out.data()};
    kernels::rotate(device, first, {&one, 1}, values.size());
    return out.read();
}

/// Rᵀ of ±scale, set bits being negative; a 1-bit code's value is ±scale.
std::vector<float> rotated_back(Device& device, std::size_t first, std::size_t n,
                                const std::vector<std::uint32_t>& bits, float scale) {
    const Buffer<std::uint32_t> words(device, bits);
    Buffer<float> out(device, n);
    const kernels::CodedSlice one{seed, words.data(), scale, out.data()};
    kernels::rotate_back(device, formula::codebook(1), first, {&one, 1}, n);
    return out.read();
}

double norm(const std::vector<float>& values) {
    double square = 0;
    for (const float v : values) square += double{v} * double{v};
    return std::sqrt(square);
}

/// Some places of a slice: all of a short one, else 40 at random and the ends.
std::vector<std::size_t> places(std::size_t n) {
    std::vector<std::size_t> some;
    RandomValues random(n);
    for (std::size_t i = 0; i < std::min<std::size_t>(n, 42); ++i)
        some.push_back(n <= 42 ? i : (i < 2 ? i * (n - 1) : random.below(n)));
    return some;
}

/// Against the matrix in float64, row by row. Each of log₂ n stages rounds by 2⁻²⁴ of values whose
/// squares' sum is n ‖x‖² at most; 2⁻²⁰ ‖x‖ leaves room for 16 such errors in a row.
TEST_P(Hadamard, IsTheFloat64Matrix) {
    for (unsigned k = 0; k <= 19; ++k) {
        const std::size_t n = std::size_t{1} << k, first = 3 * n;
        const auto x = RandomValues(k).values(n, 0.02);
        const auto out = rotated(device, first, x);
        std::vector<double> turned(n);
        for (std::size_t i = 0; i < n; ++i) turned[i] = sign(first + i) * double{x[i]};
        for (const std::size_t row : places(n)) {
            double sum = 0;
            for (std::size_t i = 0; i < n; ++i) sum += entry(row, i) * turned[i];
            ASSERT_NEAR(double{out[row]}, sum / std::sqrt(double(n)), 0x1p-20 * norm(x))
                << n << ' ' << row;
        }
    }
}

TEST_P(Hadamard, BackIsTheTransposedFloat64Matrix) {
    for (unsigned k = 0; k <= 19; ++k) {
        const std::size_t n = std::size_t{1} << k, first = 5 * n;
        RandomValues random(k);
        std::vector<std::uint32_t> bits((n + 31) / 32);
        for (auto& word : bits) word = static_cast<std::uint32_t>(random.word());
        const auto out = rotated_back(device, first, n, bits, 0.3f);
        for (const std::size_t column : places(n)) {
            double sum = 0;
            for (std::size_t i = 0; i < n; ++i)
                sum += entry(i, column) * ((bits[i / 32] >> i % 32 & 1) != 0 ? -0.3 : 0.3);
            const double root = std::sqrt(double(n));
            ASSERT_NEAR(double{out[column]}, sign(first + column) * sum / root,
                        0x1p-20 * 0.3 * root)
                << n << ' ' << column;
        }
    }
}

/// H H / n = 1: signs aside, rotating twice changes nothing; nor does rotating any norm.
TEST_P(Hadamard, TwiceIsTheIdentity) {
    for (unsigned k = 0; k <= 19; ++k) {
        const std::size_t n = std::size_t{1} << k;
        const auto x = RandomValues(100 + k).values(n);
        auto once = rotated(device, 0, x);
        ASSERT_NEAR(norm(once), norm(x), 1e-6 * norm(x)) << n;
        for (std::size_t i = 0; i < n; ++i) once[i] *= static_cast<float>(sign(i));
        const auto twice = rotated(device, 0, once);
        double error = 0;
        for (std::size_t i = 0; i < n; ++i)
            error += std::pow(sign(i) * double{twice[i]} - double{x[i]}, 2);
        ASSERT_LE(std::sqrt(error), 1e-6 * norm(x)) << n;
    }
}

/// Clients of one call, each with its own signs, are what they are alone.
TEST_P(Hadamard, ClientsTogetherAreAsAlone) {
    constexpr std::size_t n = 8192, words = n / 32 * 2;
    const auto values = RandomValues(1).values(3 * n);
    std::vector<std::uint32_t> codes(3 * words);
    RandomValues random(2);
    for (auto& word : codes) word = static_cast<std::uint32_t>(random.word());
    const Buffer<float> x(device, values);
    const Buffer<std::uint32_t> packed(device, codes);
    const auto book = formula::codebook(2);
    const auto run = [&](std::size_t at_once) {
        Buffer<float> there(device, 3 * n), back(device, 3 * n);
        for (std::size_t begin = 0; begin < 3; begin += at_once) {
            std::vector<kernels::RotationSource> sources;
            std::vector<kernels::CodedSlice> coded;
            for (std::size_t k = begin; k < begin + at_once; ++k) {
                sources.push_back({seed + k, x.data() + k * n, there.data() + k * n});
                coded.push_back({seed + k, packed.data() + k * words, 0.1f * float(k + 1),
                                 back.data() + k * n});
            }
            kernels::rotate(device, n, sources, n);
            kernels::rotate_back(device, book, n, coded, n);
        }
        auto both = there.read(), second = back.read();
        both.insert(both.end(), second.begin(), second.end());
        return both;
    };
    EXPECT_TRUE(same_bits(run(3), run(1)));
}

/// As many −1 as +1, of a client, of a place over clients, and of neighbours' products.
TEST(HadamardSigns, AreFair) {
    constexpr std::size_t n = 1 << 16;
    double elements = 0, clients = 0, neighbours = 0;
    for (std::size_t i = 0; i < n; ++i) {
        elements += sign(i);
        clients += sign(77, i);
        neighbours += sign(i) * sign(i + 1);
    }
    for (const double sum : {elements, clients, neighbours})
        EXPECT_LE(std::abs(sum), z_9999 * std::sqrt(double(n)));
}

} // namespace
} // namespace fedmrn::test
