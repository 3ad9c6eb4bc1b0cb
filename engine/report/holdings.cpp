// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#include "engine/report/holdings.hpp"

#include <algorithm>

namespace fedmrn {
namespace {

/// The spread of values among which `zeros` further ones are 0.
Spread spread_with_zeros(std::vector<std::uint64_t> values, std::uint64_t zeros) {
    std::sort(values.begin(), values.end());
    const std::uint64_t all = values.size() + zeros;
    const auto at = [&](std::uint64_t i) { return i < zeros ? 0 : values[i - zeros]; };
    return {at(0), at((all - 1) / 2), at(all - 1)};
}

std::span<const std::uint16_t> labels_of(const Dataset& dataset) {
    return dataset.train.column(dataset.label).as<std::uint16_t>();
}

} // namespace

Spread spread(std::span<const std::uint64_t> values) {
    return spread_with_zeros({values.begin(), values.end()}, 0);
}

std::vector<std::uint64_t> class_counts(const Dataset& dataset, const ClientSplit& split,
                                        std::size_t client) {
    std::vector<std::uint64_t> counts(dataset.classes());
    const std::span<const std::uint16_t> labels = labels_of(dataset);
    for (std::uint64_t i = split.first[client]; i < split.first[client + 1]; ++i) {
        ++counts[labels[split.order[i]]];
    }
    return counts;
}

Holdings count_holdings(const Dataset& dataset, const ClientSplit& split) {
    Holdings holdings;
    const std::span<const std::uint16_t> labels = labels_of(dataset);
    std::vector<std::vector<std::uint64_t>> positive(dataset.classes()); // counts above 0, by class
    std::vector<std::uint64_t> counts(dataset.classes());                // of the client at hand
    std::vector<std::uint16_t> seen;                                     // its labels
    for (std::size_t k = 0; k < split.clients(); ++k) {
        seen.clear();
        for (std::uint64_t i = split.first[k]; i < split.first[k + 1]; ++i) {
            const std::uint16_t label = labels[split.order[i]];
            if (counts[label]++ == 0) seen.push_back(label);
        }
        holdings.samples.push_back(split.samples(k));
        holdings.labels.push_back(seen.size());
        for (const std::uint16_t label : seen) {
            positive[label].push_back(counts[label]);
            counts[label] = 0;
        }
    }
    for (std::vector<std::uint64_t>& column : positive) {
        const std::uint64_t zeros = split.clients() - column.size();
        holdings.by_class.push_back(spread_with_zeros(std::move(column), zeros));
    }
    return holdings;
}

} // namespace fedmrn
