// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#include "engine/base/suggest.hpp"

#include <algorithm>
#include <vector>

namespace fedmrn {

std::size_t edit_distance(std::string_view a, std::string_view b) {
    // Three rows of the optimal string alignment table suffice: a swap looks two rows back.
    std::vector<std::size_t> before(b.size() + 1), last(b.size() + 1), row(b.size() + 1);
    for (std::size_t j = 0; j <= b.size(); ++j) last[j] = j;
    for (std::size_t i = 1; i <= a.size(); ++i) {
        row[0] = i;
        for (std::size_t j = 1; j <= b.size(); ++j) {
            const std::size_t change = a[i - 1] == b[j - 1] ? 0 : 1;
            row[j] = std::min({last[j] + 1, row[j - 1] + 1, last[j - 1] + change});
            if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
                row[j] = std::min(row[j], before[j - 2] + 1);
        }
        std::swap(before, last);
        std::swap(last, row);
    }
    return last[b.size()];
}

std::string_view nearest(std::string_view word, std::span<const std::string_view> known) {
    std::string_view best;
    // Half of the letters wrong is no slip any more; a long word costs no more than a short one.
    std::size_t least = std::min<std::size_t>(4, word.size() / 2 + 1);
    for (std::string_view candidate : known) {
        if (candidate.size() > word.size() + least || word.size() > candidate.size() + least)
            continue;
        const std::size_t distance = edit_distance(word, candidate);
        if (distance < least) {
            least = distance;
            best = candidate;
        }
    }
    return best;
}

std::string alternatives(std::span<const std::string_view> words) {
    std::string text;
    for (std::size_t i = 0; i < words.size(); ++i) {
        if (i > 0) text += i + 1 == words.size() ? " or " : ", ";
        text += words[i];
    }
    return text;
}

std::string quoted_alternatives(std::span<const std::string_view> words) {
    std::vector<std::string> quoted;
    for (const std::string_view word : words) quoted.push_back('"' + std::string(word) + '"');
    return alternatives(std::vector<std::string_view>(quoted.begin(), quoted.end()));
}

} // namespace fedmrn
