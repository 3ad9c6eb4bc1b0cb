// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <string>

#include "engine/run/ledger.hpp"
#include "fedmrn/experiment.hpp"

namespace fedmrn {

/// Everything that a run needs to go on as if it had never stopped.
struct Checkpoint {
    ServerState state;
    Ledger ledger;
    std::string model;  ///< ModelSpec::name
    std::string config; ///< resolved, as TOML
};

/// One safetensors file: "global" (float32), "velocity" and "second" (float64, where they are),
/// "memory.K" (float32, of each client K that keeps something), the rest as metadata with a
/// checksum over all of it. Atomic.
void write_checkpoint(const std::filesystem::path& path, const Checkpoint& checkpoint);

/// Throws Error for a file that write_checkpoint cannot have written as it stands.
Checkpoint read_checkpoint(const std::filesystem::path& path);

/// Throws Error where the checkpoint is of another model.
void require_model(const Checkpoint& checkpoint, const ModelSpec& model,
                   const std::filesystem::path& path);

} // namespace fedmrn
