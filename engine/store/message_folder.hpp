// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <string>

#include "engine/store/kept_state.hpp"
#include "fedmrn/aggregate.hpp"

namespace fedmrn {

/// Rounds as files that explain themselves: layout.json; state-2.safetensors, what the server has
/// after round 2; round-3-client-17.fmrn, what it then reads; and round-3-weights.json, {"17": 5},
/// only where messages count other than by their samples. Each file changes by renaming; a round's
/// state comes last and says that all of the round is there.
class MessageFolder {
public:
    /// Makes the folder. Throws Error where something lies in it, unless it is added to.
    MessageFolder(std::filesystem::path folder, bool added_to);

    /// What the round after kept.state.round starts from.
    void begin(const KeptState& kept);
    /// A message of that round.
    void keep(const UplinkMessage& message);
    /// What it has come to.
    void end(const KeptState& kept);

private:
    std::filesystem::path folder_;
    std::uint32_t round_ = 0;                      ///< that is being kept
    std::map<std::string, std::uint64_t> weights_; ///< of its messages, by their clients
};

/// The file of a round's weights. Throws Error for what is none.
ClientWeights read_weights(const std::filesystem::path& path);

} // namespace fedmrn
