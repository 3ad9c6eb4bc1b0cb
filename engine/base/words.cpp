// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#include "engine/base/words.hpp"

namespace fedmrn {
namespace {

std::string with_noun(std::string number, std::uint64_t count, std::string_view what) {
    return ((number += ' ') += what) += count == 1 ? "" : "s";
}

} // namespace

std::string grouped(std::uint64_t value) {
    std::string text = std::to_string(value);
    for (std::size_t at = text.size(); at > 3;) text.insert(at -= 3, 1, ',');
    return text;
}

std::string counted(std::uint64_t count, std::string_view what) {
    return with_noun(grouped(count), count, what);
}

std::string plural(std::uint64_t count, std::string_view what) {
    return with_noun(std::to_string(count), count, what);
}

} // namespace fedmrn
