// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#include "fedmrn/dataset.hpp"

#include <limits>

#include <fmt/format.h>

#include "engine/data/partition/kinds.hpp"
#include "fedmrn/config.hpp"
#include "fedmrn/error.hpp"

namespace fedmrn {
namespace {

void check_labels(const DataConfig& config, std::span<const std::uint16_t> labels,
                  std::uint32_t classes) {
    if (labels.size() > std::numeric_limits<std::uint32_t>::max()) {
        throw Error(fmt::format("{}: {} training samples, expected fewer than 2^32", config.name,
                                labels.size()));
    }
    for (std::size_t i = 0; i < labels.size(); ++i) {
        if (labels[i] >= classes) {
            throw Error(fmt::format("{}: label {} of training sample {}, expected a label below {}",
                                    config.name, labels[i], i, classes));
        }
    }
}

void check_clients(const DataConfig& config, std::uint64_t samples) {
    if (config.clients == 0 || config.clients > samples) {
        throw Error(fmt::format("[data] clients = {}: {} has {} training samples, expected 1 to {} "
                                "clients",
                                config.clients, config.name, samples, samples));
    }
}

} // namespace

Registry<PartitionEntry>& partitions() {
    static Registry<PartitionEntry> registry(
        "data.partition", {iid(), labeldir(), labelcnt(), natural(), from_file()});
    return registry;
}

ClientSplit partition(const DataConfig& config, std::span<const std::uint16_t> labels,
                      std::uint32_t classes, std::uint64_t seed, const std::stop_token& stop) {
    Dataset nobodys;
    nobodys.classes = classes;
    nobodys.train.labels.assign(labels.begin(), labels.end());
    return partition(config, nobodys, seed, stop);
}

ClientSplit partition(const DataConfig& config, const Dataset& dataset, std::uint64_t seed,
                      const std::stop_token& stop) {
    const PartitionEntry& entry = partitions().checked(config.partition);
    const std::span<const std::uint16_t> labels = dataset.train.labels;
    check_labels(config, labels, dataset.classes);
    if (entry.counts) check_clients(config, labels.size());
    if (!dataset.owners.empty() && dataset.owners.size() != labels.size()) {
        throw Error(fmt::format("{}: {} owners of training samples, expected {}, one a sample",
                                config.name, dataset.owners.size(), labels.size()));
    }
    return entry.deal({config, labels, dataset.classes, dataset.owners, seed, stop});
}

} // namespace fedmrn
