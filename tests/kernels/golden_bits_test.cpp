// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "golden_bits.hpp"
#include "golden_hashes.hpp"
#include "tests/support/on_device.hpp"

namespace fedmrn::test {
namespace {

FEDMRN_ON_DEVICES(GoldenBits);

TEST(GoldenTable, NamesEveryCaseInOrder) {
    const auto cases = golden_cases();
    ASSERT_EQ(cases.size(), std::size(golden_rows));
    for (std::size_t i = 0; i < cases.size(); ++i) EXPECT_EQ(cases[i].name, golden_rows[i].name);
}

/// Whatever the device: the same bytes, at sizes around a word, around a tile and well above both.
TEST_P(GoldenBits, EveryCaseGivesTheCommittedHash) {
    const auto cases = golden_cases();
    for (std::size_t i = 0; i < cases.size(); ++i) {
        for (std::size_t s = 0; s < std::size(golden_sizes); ++s) {
            EXPECT_EQ(cases[i].hash(device, golden_sizes[s]), golden_rows[i].hash[s])
                << cases[i].name << ", " << golden_sizes[s] << " elements";
        }
    }
}

} // namespace
} // namespace fedmrn::test
