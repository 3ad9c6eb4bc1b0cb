// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#include "fedmrn/dataset.hpp"

#include <fmt/format.h>

#include "engine/data/partition/kinds.hpp"
#include "fedmrn/config.hpp"
#include "fedmrn/error.hpp"

namespace fedmrn {
namespace {

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
    nobodys.name = config.name;
    const auto column = [&](std::span<const std::uint16_t> values) {
        return Column::of(nobodys.label, fedmrn::labels(), values, {}, {}, classes);
    };
    nobodys.train.columns = {column(labels)};
    nobodys.test.columns = {column({})};
    return partition(config, nobodys, seed, stop);
}

ClientSplit partition(const DataConfig& config, const Dataset& dataset, std::uint64_t seed,
                      const std::stop_token& stop) {
    const PartitionEntry& entry = partitions().checked(config.partition);
    check(dataset);
    const std::size_t samples = dataset.train.samples();
    const Column* label = dataset.train.find(dataset.label);
    if (entry.by_labels && label == nullptr) {
        throw Error(fmt::format("[data] partition = \"{}\": {} has no classes, expected a data set "
                                "with a column {} or another partition",
                                entry.name, dataset.name, dataset.label));
    }
    if (entry.counts) check_clients(config, samples);
    if (!dataset.owners.empty() && dataset.owners.size() != samples) {
        throw Error(fmt::format("{}: {} owners of training samples, expected {}, one a sample",
                                config.name, dataset.owners.size(), samples));
    }
    ClientSplit split = entry.deal(
        {config, samples,
         label != nullptr ? label->as<std::uint16_t>() : std::span<const std::uint16_t>{},
         dataset.classes(), dataset.owners, seed, stop});
    if (config.validation > 0) set_aside(split, config.validation, seed);
    return split;
}

} // namespace fedmrn
