// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#include <numeric>

#include "engine/data/partition/draws.hpp"
#include "engine/data/partition/kinds.hpp"

namespace fedmrn {

SamplesByClass by_class(const PartitionTask& task) {
    SamplesByClass samples;
    samples.first.assign(task.classes + 1, 0);
    for (const std::uint16_t label : task.labels) {
        ++samples.first[label + 1];
    }
    std::partial_sum(samples.first.begin(), samples.first.end(), samples.first.begin());
    std::vector<std::uint64_t> cursor = samples.first;
    samples.order.resize(task.labels.size());
    for (std::size_t i = 0; i < task.labels.size(); ++i) {
        samples.order[cursor[task.labels[i]]++] = static_cast<std::uint32_t>(i);
    }
    for (std::uint32_t label = 0; label < task.classes; ++label) {
        Draws(task.seed, step_shuffle + label)
            .shuffle(std::span(samples.order).subspan(samples.first[label], samples.count(label)));
    }
    return samples;
}

} // namespace fedmrn
