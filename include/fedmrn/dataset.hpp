// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

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

/// What [data] name may say.
std::vector<std::string_view> dataset_names();

/// Reads or makes the data set that [data] name says. seed, the experiment's, only matters to data
/// that is made. Throws Error for an unknown name, and for files that are missing or malformed.
Dataset load_dataset(const DataConfig& config, std::uint64_t seed);

/// Deals the training samples out to [data] clients; no sample to two of them.
///
///   iid       a random permutation cut into equal parts: sizes differ by at most one
///   labeldir  for every class, shares ~ Dirichlet(beta); a client that already holds more than
///             samples / clients gets none; redrawn until every client has at least 10 samples
///   labelcnt  every client holds exactly ⌊fraction × classes⌋ labels, the least used ones given
///             out first, ties at random; a class is cut evenly among its holders. A class that
///             nobody holds stays unused.
///   natural   a client is a user of the data set with the samples that are theirs, in their order:
///             the first [data] clients users, 0 for all of them. Others' samples stay unused.
///   file      as [data] partition_file says
///
/// A function of (seed, config, labels, owners). All but labeldir are integers throughout: bits.
/// labeldir calls std::log and std::exp, whose last bit is the host library's: run_to_run. It is
/// drawn once and reaches a device only as lists of samples. Time is O(samples + clients ×
/// classes), a redraw again O(clients × classes); memory O(samples + clients). Throws Error, one
/// line, for settings that cannot be met, and Stopped where a stop is
/// requested meanwhile.
ClientSplit partition(const DataConfig& config, const Dataset& dataset, std::uint64_t seed,
                      const std::stop_token& stop = {});

/// The same for labels that are nobody's: every partition but natural and file.
ClientSplit partition(const DataConfig& config, std::span<const std::uint16_t> labels,
                      std::uint32_t classes, std::uint64_t seed, const std::stop_token& stop = {});

} // namespace fedmrn
