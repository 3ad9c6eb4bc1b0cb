// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#include "engine/cluster/shares.hpp"

#include <algorithm>
#include <numeric>

namespace fedmrn {

std::vector<std::uint32_t> share_by_work(std::span<const std::uint64_t> work, std::uint32_t ranks) {
    std::vector<std::size_t> order(work.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::stable_sort(order.begin(), order.end(),
                     [&](std::size_t a, std::size_t b) { return work[a] > work[b]; });
    std::vector<std::uint64_t> load(ranks);
    std::vector<std::uint32_t> rank_of(work.size());
    for (const std::size_t piece : order) {
        const auto least = std::min_element(load.begin(), load.end());
        *least += work[piece];
        rank_of[piece] = static_cast<std::uint32_t>(least - load.begin());
    }
    return rank_of;
}

} // namespace fedmrn
