// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#include <charconv>

#include "engine/cli/commands.hpp"
#include "fedmrn/error.hpp"

namespace fedmrn::cli {
namespace {

/// All of text as a number; 0 where it is none.
std::uint32_t number(std::string_view text) {
    std::uint32_t value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    return error == std::errc() && end == text.data() + text.size() ? value : 0;
}

} // namespace

Rounds parse_rounds(std::string_view text, std::string_view option) {
    const std::size_t colon = text.find(':');
    const Rounds rounds{number(text.substr(0, colon)),
                        colon == text.npos ? 0 : number(text.substr(colon + 1))};
    if (rounds.first < 1 || rounds.last < rounds.first)
        throw Error(std::string(option) + ": expected FIRST:LAST, two rounds from 1 on, found \"" +
                    std::string(text) + "\"");
    return rounds;
}

} // namespace fedmrn::cli
