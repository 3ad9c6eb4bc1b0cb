// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>
#include <string>
#include <string_view>

namespace fedmrn {

/// Insertions, deletions, replacements and swaps of neighbours that turn a into b.
std::size_t edit_distance(std::string_view a, std::string_view b);

/// The known word nearest to word, or nothing where none is near enough to be a slip of the hand.
std::string_view nearest(std::string_view word, std::span<const std::string_view> known);

/// "a, b or c"
std::string alternatives(std::span<const std::string_view> words);
/// The same in quotes: "\"a\", \"b\" or \"c\"".
std::string quoted_alternatives(std::span<const std::string_view> words);

} // namespace fedmrn
