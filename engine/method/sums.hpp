// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "fedmrn/communicator.hpp"
#include "kernels/device.hpp"
#include "kernels/formula/fixed_point.hpp"

namespace fedmrn {

enum class SumType : std::uint8_t { int64, int128 };

/// An array of sums that an aggregation keeps.
struct SumSpec {
    std::string_view name; ///< a literal
    SumType type = SumType::int64;
    std::size_t elements = 0;
    bool operator==(const SumSpec&) const = default;
};

/// What a round's messages add up to: arrays of integers in device memory, the number of messages
/// and the sum of their weights. Addition of integers has no order, so that any parts of a cohort,
/// on whichever devices and processes they were added, give the same bits together.
class Sums {
public:
    Sums(Device& device, std::span<const SumSpec> specs);

    /// The array of this name and type.
    [[nodiscard]] DevicePointer<std::int64_t> int64(std::string_view name);
    [[nodiscard]] DevicePointer<const std::int64_t> int64(std::string_view name) const;
    [[nodiscard]] DevicePointer<formula::Wide> int128(std::string_view name);
    [[nodiscard]] DevicePointer<const formula::Wide> int128(std::string_view name) const;

    /// Counts messages of these weights, before they are added. Throws Error (Fault::run) where the
    /// weights leave what exact sums hold.
    void count(std::span<const std::uint64_t> weights);
    [[nodiscard]] std::uint64_t messages() const { return messages_; }
    /// That add_ranks() adds: the arrays and two counts.
    [[nodiscard]] std::uint64_t bytes() const;
    /// Σ N_k. Throws Error (Fault::run) where nothing was added.
    [[nodiscard]] std::uint64_t weight() const;

    /// Adds another part's sums of the same specs, by way of the host.
    void add(const Sums& other);
    /// Adds those of all ranks, by way of the host: each then has the sums of all.
    void add_ranks(Communicator& ranks);
    void clear();

private:
    [[nodiscard]] std::size_t index(std::string_view name, SumType type) const;

    std::vector<SumSpec> specs_;
    std::vector<Buffer<std::byte>> arrays_;
    std::uint64_t messages_ = 0, weight_ = 0;
};

} // namespace fedmrn
