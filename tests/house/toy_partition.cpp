// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#include <numeric>

#include "fedmrn/config.hpp"
#include "fedmrn/dataset.hpp"
#include "tests/house/toys.hpp"

// A partition: a client holds neighbouring samples.
namespace fedmrn::test {

void register_blocks() {
    PartitionEntry entry{{"blocks", "blocks", "neighbouring samples"}};
    entry.deal = [](const PartitionTask& task) {
        ClientSplit split;
        split.order.resize(task.samples);
        std::iota(split.order.begin(), split.order.end(), 0U);
        for (std::uint64_t k = 0; k <= task.config.clients; ++k) {
            split.first.push_back(k * task.samples / task.config.clients);
        }
        return split;
    };
    partitions().add(std::move(entry));
}

} // namespace fedmrn::test
