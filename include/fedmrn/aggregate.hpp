// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "fedmrn/config.hpp"
#include "fedmrn/parameter.hpp"

namespace fedmrn {

struct ServerState;

/// A message as the server reads it, and what it counts in the mean.
struct UplinkMessage {
    std::uint64_t client = 0;
    std::uint64_t weight = 0; ///< 0: the samples that it tells
    std::span<const std::byte> bytes;
};

/// The server's part of a round, from nothing but what came in: the state after round
/// before.round + 1, bit for bit what the experiment had then, on any device. Of config the seed,
/// method, server and client's schedule are read. Throws Error for messages that the round cannot
/// have had, of no client twice, and for a state or layout of another model. What clients keep is
/// not the server's to know: memory stays empty.
ServerState aggregate(const Config& config, const ParameterLayout& layout,
                      const ServerState& before, std::span<const UplinkMessage> messages);

/// Whether the server weighs a message by what it tells, its samples; else UplinkMessage::weight
/// has to say what it counts.
bool weighs_samples(const Config& config);

} // namespace fedmrn
