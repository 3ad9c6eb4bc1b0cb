// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include "fedmrn/columns.hpp"
#include "fedmrn/registry.hpp"

#pragma GCC visibility push(default)
namespace fedmrn {

struct DataConfig;

/// Samples to train and to test on. Columns are the same in both splits, but for their values and
/// how bytes are read. An input of a model is filled from the column of its name.
struct Dataset {
    std::string name;
    Split train, test;
    /// The column that holds the classes, a u16 a sample, where there is one of this name; its
    /// `below` is their number.
    std::string label = "label";
    /// Whose each training sample is: users 0, 1, … without gaps. Empty: the set does not say.
    std::vector<std::uint32_t> owners = {};
    /// Whose each test sample is, in the same numbers; no_owner: a user's without training samples.
    /// Empty: the set does not say.
    std::vector<std::uint32_t> test_owners = {};

    [[nodiscard]] DataShape shape() const;
    [[nodiscard]] std::uint32_t classes() const; ///< 0: there is no column of classes
};

/// Throws Error, one line that names data set, split and column, unless columns are alike in both
/// splits and have names of their own, values fit their types and limits, and offsets rise by 1 to
/// `each` rows a sample and are the same for ragged columns of one axis. Reads every integer.
/// load_dataset, partition and Experiment do it.
void check(const Dataset& dataset);

inline constexpr std::uint32_t no_owner = 0xFFFFFFFF;

/// Who holds which training samples: client k holds order[first[k]] … order[first[k + 1] - 1].
struct ClientSplit {
    std::vector<std::uint64_t> first; ///< clients + 1 offsets, first.front() == 0
    std::vector<std::uint32_t> order; ///< indices of training samples
    std::vector<std::uint32_t> users; ///< natural: the user that each client is; else empty
    /// [data] validation: indices of training samples that clients set aside; else empty.
    std::vector<std::uint32_t> validation = {};
    [[nodiscard]] std::size_t clients() const { return first.size() - 1; }
    [[nodiscard]] std::uint64_t samples(std::size_t client) const {
        return first[client + 1] - first[client];
    }
};

/// A data set that [data] name can say.
struct DatasetEntry : Part {
    bool files = true; ///< it reads [data] path
    /// seed, the experiment's, only matters to data that is made.
    std::function<Dataset(const DataConfig&, std::uint64_t seed)> load = {};
};
Registry<DatasetEntry>& datasets();

/// Reads or makes the data set that [data] name says, and checks it. seed, the experiment's, only
/// matters to data that is made. Throws Error for an unknown name, and for files that are missing
/// or malformed.
Dataset load_dataset(const DataConfig& config, std::uint64_t seed);

/// What a partition deals out, its options checked and its number of clients in 1 … samples where
/// PartitionEntry::counts says that it is told.
struct PartitionTask {
    const DataConfig& config;
    std::uint64_t samples = 0;
    std::span<const std::uint16_t> labels; ///< empty: there are none
    std::uint32_t classes = 0;
    std::span<const std::uint32_t> owners; ///< empty: nobody says whose the samples are
    std::uint64_t seed = 0;
    std::stop_token stop;
};

/// A way to deal the training samples out to clients that [data] partition can say.
struct PartitionEntry : Part {
    std::uint64_t clients = 100; ///< what [data] clients is where nobody says it
    bool counts = true;          ///< it deals to any number of clients; else 0 are all there are
    bool told = true;            ///< it heeds [data] clients
    bool by_labels = false;      ///< it deals by labels, and refuses a data set without
    std::function<ClientSplit(const PartitionTask&)> deal = {};
};
Registry<PartitionEntry>& partitions();

/// Deals the training samples out to [data] clients as [data] partition says; no sample to two of
/// them; of what a client then holds, [data] validation is set aside. A function of (seed, config,
/// labels, owners). Throws Error, one line, for settings that
/// cannot be met, and Stopped where a stop is requested meanwhile.
ClientSplit partition(const DataConfig& config, const Dataset& dataset, std::uint64_t seed,
                      const std::stop_token& stop = {});

/// The same for labels that are nobody's.
ClientSplit partition(const DataConfig& config, std::span<const std::uint16_t> labels,
                      std::uint32_t classes, std::uint64_t seed, const std::stop_token& stop = {});

} // namespace fedmrn
#pragma GCC visibility pop
