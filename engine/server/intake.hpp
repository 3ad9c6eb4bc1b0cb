// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <span>

#include "engine/client/lane_pool.hpp"
#include "engine/method/method.hpp"
#include "fedmrn/metrics.hpp"

namespace fedmrn {

/// Uploads that are read together: as many as the kernels add in one launch, and no more bytes
/// than 256 MiB, but at least one.
struct IntakeBound {
    std::size_t messages = 256;
    std::size_t bytes = std::size_t{1} << 28;
};

/// What a message weighs in the aggregation.
enum class Weighing { samples, alike };

/// Adds a cohort's uploads to the sums, a bounded number at a time: each is checked completely,
/// then added, and then its bytes are freed. packing: what all of them are packed by; null: they
/// are not. Adds to the times of messages and aggregation.
void take_in(Device& device, const RoundContext& round, const Method& method, Weighing weighing,
             std::span<Upload> uploads, Sums& sums, WallTime& time, const IntakeBound& bound = {},
             const Packing* packing = nullptr);

} // namespace fedmrn
