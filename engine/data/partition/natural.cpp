// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <limits>

#include <fmt/format.h>

#include "engine/data/partition/kinds.hpp"
#include "fedmrn/config.hpp"
#include "fedmrn/error.hpp"

namespace fedmrn {

namespace {

ClientSplit deal_natural(const PartitionTask& task) {
    const DataConfig& config = task.config;
    const std::span<const std::uint32_t> owners = task.owners;
    if (owners.empty()) {
        throw Error(fmt::format("[data] partition = \"natural\": {} does not say whose its samples "
                                "are, expected a data set of users (leaf-…, tff-…, or an .npz with "
                                "train_clients) or another partition",
                                config.name));
    }
    std::vector<std::uint64_t> held(owners.size()); // users have no gaps: never more than samples
    for (std::size_t i = 0; i < owners.size(); ++i) {
        if (owners[i] >= held.size()) {
            throw Error(fmt::format("{}: owner {} of training sample {}, expected users without "
                                    "gaps, below the {} samples",
                                    config.name, owners[i], i, held.size()));
        }
        ++held[owners[i]];
    }
    const auto users = static_cast<std::uint64_t>(
        std::count_if(held.begin(), held.end(), [](std::uint64_t n) { return n > 0; }));
    if (config.clients > users) {
        throw Error(fmt::format("[data] clients = {}: {} has {} users with training samples, "
                                "expected at most as many, or 0 for all of them",
                                config.clients, config.name, users));
    }
    const std::uint64_t clients = config.clients == 0 ? users : config.clients;

    constexpr std::uint64_t unused = std::numeric_limits<std::uint64_t>::max();
    std::vector<std::uint64_t> next(held.size(), unused); // where a user's next sample goes
    ClientSplit split;
    split.first.push_back(0);
    for (std::size_t user = 0; split.clients() < clients; ++user) {
        if (held[user] == 0) continue;
        next[user] = split.first.back();
        split.users.push_back(static_cast<std::uint32_t>(user));
        split.first.push_back(split.first.back() + held[user]);
    }
    split.order.resize(split.first.back());
    for (std::size_t i = 0; i < owners.size(); ++i) {
        std::uint64_t& place = next[owners[i]];
        if (place != unused) split.order[place++] = static_cast<std::uint32_t>(i);
    }
    return split;
}

} // namespace

PartitionEntry natural() {
    PartitionEntry entry{{"natural", "natural", "a client is a user of the data set"}};
    entry.clients = 0;
    entry.counts = false;
    entry.deal = deal_natural;
    return entry;
}

} // namespace fedmrn
