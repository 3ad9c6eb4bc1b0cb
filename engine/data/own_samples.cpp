// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#include "engine/data/own_samples.hpp"

#include <algorithm>
#include <limits>
#include <numeric>

namespace fedmrn {

OwnSamples tests_of(std::span<const std::uint32_t> users, std::span<const std::uint32_t> owners) {
    constexpr std::uint64_t nobody = std::numeric_limits<std::uint64_t>::max();
    const std::uint32_t last = *std::max_element(users.begin(), users.end());
    std::vector<std::uint64_t> client_of(last + std::size_t{1}, nobody);
    for (std::size_t k = 0; k < users.size(); ++k) {
        client_of[users[k]] = k;
    }
    const auto client = [&](std::uint32_t owner) {
        return owner <= last ? client_of[owner] : nobody;
    };
    OwnSamples own;
    own.first.assign(users.size() + 1, 0);
    for (const std::uint32_t owner : owners) {
        if (const std::uint64_t k = client(owner); k != nobody) {
            ++own.first[k + 1];
        }
    }
    std::partial_sum(own.first.begin(), own.first.end(), own.first.begin());
    std::vector<std::uint64_t> next = own.first;
    own.order.resize(own.first.back());
    for (std::size_t i = 0; i < owners.size(); ++i) {
        if (const std::uint64_t k = client(owners[i]); k != nobody) {
            own.order[next[k]++] = static_cast<std::uint32_t>(i);
        }
    }
    return own;
}

} // namespace fedmrn
