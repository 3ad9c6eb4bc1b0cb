// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <string>

#include "fedmrn/experiment.hpp"

namespace fedmrn {

/// What the server has between two rounds, and what it takes to read messages by it: nothing of
/// clients, data or books, which a checkpoint has.
struct KeptState {
    ServerState state; ///< without memory
    ParameterLayout layout;
    std::string model;  ///< Model::name
    std::string config; ///< resolved, as TOML
};

/// One safetensors file: "global" (float32) and the server optimiser's moments (float64); round,
/// layout (JSON), model, config and a checksum as metadata. Atomic.
void write_kept_state(const std::filesystem::path& path, const KeptState& kept);

/// Throws Error for a file that write_kept_state cannot have written as it stands.
KeptState read_kept_state(const std::filesystem::path& path);

} // namespace fedmrn
