// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <map>
#include <set>
#include <vector>

#include <gtest/gtest.h>

#include "kernels/formula/permutation.hpp"
#include "tests/support/statistics.hpp"

namespace fedmrn::formula {
namespace {

std::vector<std::uint32_t> order(std::uint64_t seed, std::uint32_t epoch, std::uint32_t count) {
    const Permutation p = shuffle(seed, epoch, count);
    std::vector<std::uint32_t> things(count);
    for (std::uint32_t i = 0; i < count; ++i) things[i] = permute(p, i);
    return things;
}

void expect_bijection(std::uint32_t count, std::uint64_t seed) {
    std::vector<std::uint32_t> things = order(seed, 0, count);
    std::sort(things.begin(), things.end());
    for (std::uint32_t i = 0; i < count; ++i) ASSERT_EQ(things[i], i) << count << " things";
}

TEST(Permutation, IsABijection) {
    for (std::uint32_t count = 1; count <= 300; ++count) {
        for (std::uint64_t seed = 0; seed < 5; ++seed) expect_bijection(count, seed);
    }
    for (const std::uint32_t count : {1000u, 4096u, 60'000u, 65'536u, 65'537u}) {
        expect_bijection(count, 9);
    }
}

TEST(Permutation, ReachesAnyPlaceOfThirtyTwoBits) {
    const Permutation p = shuffle(3, 0, ~0u);
    std::set<std::uint32_t> things;
    for (std::uint32_t i = 0; i < 1000; ++i) things.insert(permute(p, i * 4'000'037u));
    EXPECT_EQ(things.size(), 1000u);
    EXPECT_GT(*things.rbegin() - *things.begin(), 3u << 30);
}

TEST(Permutation, DiffersBySeedAndByEpoch) {
    EXPECT_EQ(order(1, 0, 600), order(1, 0, 600));
    EXPECT_NE(order(1, 0, 600), order(2, 0, 600));
    EXPECT_NE(order(1, 0, 600), order(1, 1, 600));
}

/// Every thing comes to every position equally often: chi-square, confidence 99.99 % a count.
TEST(Permutation, PositionsAreUniform) {
    for (const std::uint32_t count : {2u, 3u, 4u, 5u, 7u, 8u, 9u, 12u, 16u, 17u, 31u, 33u}) {
        constexpr std::uint64_t draws = 50'000;
        std::vector<std::uint64_t> seen(count * count);
        for (std::uint64_t seed = 0; seed < draws; ++seed) {
            const Permutation p = shuffle(seed, 0, count);
            for (std::uint32_t i = 0; i < count; ++i) ++seen[i * count + permute(p, i)];
        }
        // Rows and columns both add up to `draws`: (count − 1)² degrees of freedom.
        EXPECT_LT(test::chi_square(seen, static_cast<double>(draws) / count),
                  test::chi_square_9999((count - 1.0) * (count - 1.0)))
            << count << " things";
    }
}

/// All orders of a few things are equally likely: chi-square, confidence 99.99 % a count.
TEST(Permutation, OrdersOfAFewThingsAreUniform) {
    for (const std::uint32_t count : {2u, 3u, 4u, 5u}) {
        constexpr std::uint64_t draws = 60'000;
        std::uint64_t orders = 1;
        for (std::uint32_t i = 2; i <= count; ++i) orders *= i;
        std::map<std::vector<std::uint32_t>, std::uint64_t> seen;
        for (std::uint64_t seed = 0; seed < draws; ++seed) ++seen[order(seed, 0, count)];
        ASSERT_EQ(seen.size(), orders) << count << " things";
        std::vector<std::uint64_t> counts;
        for (const auto& [_, n] : seen) counts.push_back(n);
        EXPECT_LT(
            test::chi_square(counts, static_cast<double>(draws) / static_cast<double>(orders)),
            test::chi_square_9999(static_cast<double>(orders) - 1))
            << count << " things";
    }
}

/// Where one thing goes says nothing of where its neighbour goes: chi-square over all ordered
/// pairs, confidence 99.99 %.
TEST(Permutation, PairsAreUniform) {
    constexpr std::uint32_t count = 10;
    constexpr std::uint64_t draws = 50'000;
    std::vector<std::uint64_t> seen(count * count), pairs;
    for (std::uint64_t seed = 0; seed < draws; ++seed) {
        const Permutation p = shuffle(seed, 0, count);
        ++seen[permute(p, 3) * count + permute(p, 4)];
    }
    for (std::uint32_t i = 0; i < count * count; ++i) {
        if (i / count == i % count) {
            EXPECT_EQ(seen[i], 0u);
        } else {
            pairs.push_back(seen[i]);
        }
    }
    EXPECT_LT(test::chi_square(pairs, draws / 90.0), test::chi_square_9999(89));
}

} // namespace
} // namespace fedmrn::formula
