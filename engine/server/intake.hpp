// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <memory>
#include <span>

#include "engine/client/lane_pool.hpp"
#include "engine/message/omission.hpp"
#include "engine/method/method.hpp"
#include "fedmrn/metrics.hpp"

namespace fedmrn {

/// Uploads that are read together: as many as the kernels add in one launch, and no more bytes
/// than 256 MiB, but at least one. threads: that may unpack and check them at once.
struct IntakeBound {
    std::size_t messages = 256;
    std::size_t bytes = std::size_t{1} << 28;
    std::size_t threads = 1;
};

/// What the server knows of an upload before it comes.
struct ExpectedUpload {
    std::uint64_t client = 0;
    std::uint64_t seed = 0;   ///< of the client in this round
    std::uint64_t weight = 0; ///< in the mean; 0: the samples that its message tells
};

/// Adds a cohort's uploads to the sums, a bounded number at a time: each is checked completely,
/// then added, and then its bytes go to rooms, unless they are packed, or are freed. Adds to the
/// times of messages and aggregation. expected: who sent each, no client twice. packing: what all
/// of them are packed by; null: they are not. helpers: devices on the host that add too, a thread
/// and sums of its own each, where there are messages enough. omission: what the messages leave
/// out; null: they are whole. Throws Error for a message of another client, round or seed, so that
/// none counts twice, late, or with noise that nobody drew.
void take_in(Device& device, const RoundContext& round, const Method& method,
             std::span<const ExpectedUpload> expected, std::span<Upload> uploads, Sums& sums,
             WallTime& time, const IntakeBound& bound = {}, const Packing* packing = nullptr,
             Rooms* rooms = nullptr, std::span<const std::unique_ptr<Device>> helpers = {},
             const Omission* omission = nullptr);

} // namespace fedmrn
