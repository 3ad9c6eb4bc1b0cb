// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <span>
#include <string>

namespace fedmrn {

/// A horizontal bar of value / largest × columns, in eighths of a column; at least one eighth where
/// value > 0. Not padded.
std::string bar(std::uint64_t value, std::uint64_t largest, std::size_t columns);

/// How many of the values fall into each of at most 10 intervals of equal width, a line each, with
/// a bar and the count. values must not be empty.
std::string histogram(std::span<const std::uint64_t> values);

} // namespace fedmrn
