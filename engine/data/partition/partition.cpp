// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#include "fedmrn/dataset.hpp"

#include <limits>
#include <numeric>

#include <fmt/format.h>

#include "engine/data/partition/draws.hpp"
#include "engine/data/partition/file.hpp"
#include "engine/data/partition/kinds.hpp"
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

ClientSplit partition_iid(std::uint64_t clients, std::uint64_t samples, std::uint64_t seed) {
    ClientSplit split;
    split.order.resize(samples);
    std::iota(split.order.begin(), split.order.end(), 0U);
    Draws(seed, step_shuffle).shuffle(split.order);
    split.first.resize(clients + 1);
    for (std::uint64_t k = 0; k <= clients; ++k) {
        split.first[k] = k * samples / clients;
    }
    return split;
}

SamplesByClass group(std::span<const std::uint16_t> labels, std::uint32_t classes,
                     std::uint64_t seed) {
    SamplesByClass samples;
    samples.first.assign(classes + 1, 0);
    for (const std::uint16_t label : labels) {
        ++samples.first[label + 1];
    }
    std::partial_sum(samples.first.begin(), samples.first.end(), samples.first.begin());
    std::vector<std::uint64_t> cursor = samples.first;
    samples.order.resize(labels.size());
    for (std::size_t i = 0; i < labels.size(); ++i) {
        samples.order[cursor[labels[i]]++] = static_cast<std::uint32_t>(i);
    }
    for (std::uint32_t label = 0; label < classes; ++label) {
        Draws(seed, step_shuffle + label)
            .shuffle(std::span(samples.order).subspan(samples.first[label], samples.count(label)));
    }
    return samples;
}

} // namespace

ClientSplit partition(const DataConfig& config, std::span<const std::uint16_t> labels,
                      std::uint32_t classes, std::uint64_t seed, const std::stop_token& stop) {
    check_labels(config, labels, classes);
    const bool dealt =
        config.partition != Partition::natural && config.partition != Partition::file;
    if (dealt) check_clients(config, labels.size());
    switch (config.partition) {
    case Partition::iid:
        return partition_iid(config.clients, labels.size(), seed);
    case Partition::labeldir:
        return partition_labeldir(config, group(labels, classes, seed), seed, stop);
    case Partition::labelcnt:
        return partition_labelcnt(config, group(labels, classes, seed), seed);
    case Partition::natural:
        throw Error(fmt::format("[data] partition = \"natural\": {} does not say whose its samples "
                                "are, expected a data set of users (leaf-…, tff-…, or an .npz with "
                                "train_clients) or another partition",
                                config.name));
    case Partition::file:
        return read_partition(config.partition_file, labels.size());
    }
    throw Error("[data] partition: expected \"iid\", \"labeldir\", \"labelcnt\", \"natural\" or "
                "\"file\"");
}

ClientSplit partition(const DataConfig& config, const Dataset& dataset, std::uint64_t seed,
                      const std::stop_token& stop) {
    const std::span<const std::uint16_t> labels = dataset.train.labels;
    if (config.partition != Partition::natural || dataset.owners.empty()) {
        return partition(config, labels, dataset.classes, seed, stop);
    }
    check_labels(config, labels, dataset.classes);
    if (dataset.owners.size() != labels.size()) {
        throw Error(fmt::format("{}: {} owners of training samples, expected {}, one a sample",
                                config.name, dataset.owners.size(), labels.size()));
    }
    return partition_natural(config, dataset.owners);
}

} // namespace fedmrn
