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

#include "fedmrn/registry.hpp"

namespace fedmrn {

struct DataConfig;

/// Shape of one sample; pixels are stored row by row with the channel innermost (HWC).
struct ImageShape {
    std::uint32_t height = 1, width = 1, channels = 1;
    [[nodiscard]] std::size_t size() const { return std::size_t{height} * width * channels; }
    bool operator==(const ImageShape&) const = default;
};

/// Samples as bytes. A value is read as (byte / 255 - mean[c]) / deviation[c].
struct Split {
    std::vector<std::uint8_t> pixels; ///< samples × height × width × channels
    std::vector<std::uint16_t> labels;
    std::vector<float> mean, deviation; ///< one a channel
    [[nodiscard]] std::size_t samples() const { return labels.size(); }
};

struct Dataset {
    std::string name;
    ImageShape shape;
    std::uint32_t classes = 0;
    Split train, test;
    /// Whose each training sample is: users 0, 1, … without gaps. Empty: the set does not say.
    std::vector<std::uint32_t> owners = {};
    /// Whose each test sample is, in the same numbers; no_owner: a user's without training samples.
    /// Empty: the set does not say.
    std::vector<std::uint32_t> test_owners = {};
};

inline constexpr std::uint32_t no_owner = 0xFFFFFFFF;

/// Who holds which training samples: client k holds order[first[k]] … order[first[k + 1] - 1].
struct ClientSplit {
    std::vector<std::uint64_t> first; ///< clients + 1 offsets, first.front() == 0
    std::vector<std::uint32_t> order; ///< indices of training samples
    std::vector<std::uint32_t> users; ///< natural: the user that each client is; else empty
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

/// Reads or makes the data set that [data] name says. seed, the experiment's, only matters to data
/// that is made. Throws Error for an unknown name, and for files that are missing or malformed.
Dataset load_dataset(const DataConfig& config, std::uint64_t seed);

/// What a partition deals out, its options checked and its number of clients in 1 … samples where
/// PartitionEntry::counts says that it is told.
struct PartitionTask {
    const DataConfig& config;
    std::span<const std::uint16_t> labels;
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
    std::function<ClientSplit(const PartitionTask&)> deal = {};
};
Registry<PartitionEntry>& partitions();

/// Deals the training samples out to [data] clients as [data] partition says; no sample to two of
/// them. A function of (seed, config, labels, owners). Throws Error, one line, for settings that
/// cannot be met, and Stopped where a stop is requested meanwhile.
ClientSplit partition(const DataConfig& config, const Dataset& dataset, std::uint64_t seed,
                      const std::stop_token& stop = {});

/// The same for labels that are nobody's.
ClientSplit partition(const DataConfig& config, std::span<const std::uint16_t> labels,
                      std::uint32_t classes, std::uint64_t seed, const std::stop_token& stop = {});

} // namespace fedmrn
