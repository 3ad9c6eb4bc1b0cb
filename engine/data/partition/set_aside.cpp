// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "engine/data/partition/draws.hpp"
#include "engine/data/partition/kinds.hpp"
#include "fedmrn/error.hpp"

namespace fedmrn {

void set_aside(ClientSplit& split, double share, std::uint64_t seed) {
    ClientSplit kept{{0}, {}, {}};
    for (std::size_t k = 0; k < split.clients(); ++k) {
        const auto own = std::span(split.order).subspan(split.first[k], split.samples(k));
        const auto aside = static_cast<std::size_t>(
            std::min(std::floor(share * static_cast<double>(own.size()) + 0.5),
                     static_cast<double>(std::max<std::size_t>(own.size(), 1) - 1)));
        std::vector<std::uint32_t> places(own.size());
        for (std::uint32_t i = 0; i < places.size(); ++i) places[i] = i;
        Draws(seed, step_aside + static_cast<std::uint32_t>(k)).shuffle(places);
        std::sort(places.begin(), places.begin() + static_cast<std::ptrdiff_t>(aside));
        for (std::size_t i = 0, next = 0; i < own.size(); ++i) {
            const bool taken = next < aside && places[next] == i;
            next += taken ? 1 : 0;
            (taken ? kept.validation : kept.order).push_back(own[i]);
        }
        kept.first.push_back(kept.order.size());
    }
    if (kept.validation.empty()) {
        throw Error(fmt::format("data.validation = {}: no client has a sample to set aside, "
                                "expected a larger share or fewer clients",
                                share));
    }
    kept.users = std::move(split.users);
    split = std::move(kept);
}

} // namespace fedmrn
