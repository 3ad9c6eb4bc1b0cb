// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#include <numeric>

#include "engine/data/partition/draws.hpp"
#include "engine/data/partition/kinds.hpp"

namespace fedmrn {

PartitionEntry iid() {
    PartitionEntry entry{{"iid", "iid", "a random permutation cut into equal parts"}};
    entry.deal = [](const PartitionTask& task) {
        const std::uint64_t samples = task.samples, clients = task.config.clients;
        ClientSplit split;
        split.order.resize(samples);
        std::iota(split.order.begin(), split.order.end(), 0U);
        Draws(task.seed, step_shuffle).shuffle(split.order);
        split.first.resize(clients + 1);
        for (std::uint64_t k = 0; k <= clients; ++k) {
            split.first[k] = k * samples / clients;
        }
        return split;
    };
    return entry;
}

} // namespace fedmrn
