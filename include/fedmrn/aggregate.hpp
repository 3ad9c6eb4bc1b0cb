// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <vector>

#include "fedmrn/config.hpp"
#include "fedmrn/parameter.hpp"

#pragma GCC visibility push(default)
namespace fedmrn {

struct ServerState;

/// A message as the server reads it, and what it counts in the mean.
struct UplinkMessage {
    std::uint64_t client = 0;
    std::uint64_t weight = 0; ///< 0: the samples that it tells
    std::span<const std::byte> bytes;
};

/// A message that was kept, as it came.
struct KeptMessage {
    std::string name; ///< for errors: its file
    std::vector<std::byte> bytes;
};

/// What clients' messages count in the mean.
using ClientWeights = std::map<std::uint64_t, std::uint64_t>;

/// The server's part of a round, from nothing but what came in: the state after round
/// before.round + 1, bit for bit what the experiment had then, on any device. Of config the seed,
/// method, server, stages and client's schedule are read. weights: of all clients, or none: each
/// message counts the samples that it tells. Throws Error for messages that the round cannot have
/// had, two of a client among them, and for a state or layout of another model. What clients keep
/// is not the server's to know: memory stays empty.
ServerState aggregate(const Config& config, const ParameterLayout& layout,
                      const ServerState& before, std::span<const KeptMessage> messages,
                      const ClientWeights& weights = {});

/// Whether the server weighs messages by the samples that they tell; else weights have to be said.
bool weighs_samples(const Config& config);

} // namespace fedmrn
#pragma GCC visibility pop
