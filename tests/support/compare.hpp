// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstring>
#include <span>
#include <vector>

#include <gtest/gtest.h>

namespace fedmrn::test {

template <class T> std::vector<double> widened(const T& values) {
    return {values.begin(), values.end()};
}

/// Whether every value is within tolerance · (the largest |expected| + 1e-6): float32 sums err in
/// proportion to their largest terms, not to a result that cancelled.
template <class T, class U>
::testing::AssertionResult close(const std::vector<T>& actual, const std::vector<U>& expected,
                                 double tolerance) {
    if (actual.size() != expected.size()) {
        return ::testing::AssertionFailure()
               << actual.size() << " values, expected " << expected.size();
    }
    double scale = 1e-6;
    for (const U v : expected) scale = std::max(scale, std::abs(static_cast<double>(v)));
    for (std::size_t i = 0; i < actual.size(); ++i) {
        const auto a = static_cast<double>(actual[i]), e = static_cast<double>(expected[i]);
        if (!(std::abs(a - e) <= tolerance * scale)) {
            return ::testing::AssertionFailure() << "value " << i << " is " << a << ", expected "
                                                 << e << " ± " << tolerance * scale;
        }
    }
    return ::testing::AssertionSuccess();
}

/// Whether two arrays are the same bytes.
template <class T>
::testing::AssertionResult same_bits(std::span<const T> actual, std::span<const T> expected) {
    if (actual.size() != expected.size()) {
        return ::testing::AssertionFailure()
               << actual.size() << " values, expected " << expected.size();
    }
    for (std::size_t i = 0; i < actual.size(); ++i) {
        if (std::memcmp(&actual[i], &expected[i], sizeof(T)) != 0) {
            return ::testing::AssertionFailure() << "value " << i << " differs";
        }
    }
    return ::testing::AssertionSuccess();
}
template <class T>
::testing::AssertionResult same_bits(const std::vector<T>& actual, const std::vector<T>& expected) {
    return same_bits(std::span<const T>(actual), std::span<const T>(expected));
}

} // namespace fedmrn::test
