// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "fedmrn/images.hpp"

namespace fedmrn::test {

template <class T> std::vector<T> values_of(const Split& split, std::string_view column) {
    const std::span<const T> values = split.column(column).as<T>();
    return {values.begin(), values.end()};
}

inline std::vector<std::uint8_t> pixels_of(const Split& split) {
    return values_of<std::uint8_t>(split, "x");
}
inline std::vector<std::uint16_t> labels_of(const Split& split) {
    return values_of<std::uint16_t>(split, "label");
}
inline const std::vector<float>& mean_of(const Split& split) { return split.column("x").mean; }
inline const std::vector<float>& deviation_of(const Split& split) {
    return split.column("x").deviation;
}

/// The images of a split again, to be changed and made columns anew.
inline Images images_of(const Split& split) {
    return {pixels_of(split), labels_of(split), mean_of(split), deviation_of(split)};
}

} // namespace fedmrn::test
