// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <string>

#include "engine/store/ledger.hpp"
#include "fedmrn/experiment.hpp"

namespace fedmrn {

/// Everything that a run needs to go on as if it had never stopped.
struct Checkpoint {
    ServerState state;
    Ledger ledger;
    std::string model;   ///< Model::name
    std::string config;  ///< resolved, as TOML
    std::string data;    ///< DataHash::text()
    std::string started; ///< when the run began, UTC
};

/// One safetensors file: "global" (float32), the server optimiser's moments (float64, where it
/// keeps any), "downlink_error" (float32, where one is fed back), "memory" (float32
/// [clients][floats], where clients keep something) and "memory.clients" (uint64, whose), the rest
/// as metadata with a checksum (CRC32C) over all of it. Atomic. Time and size are linear in the
/// clients that keep something.
void write_checkpoint(const std::filesystem::path& path, const Checkpoint& checkpoint);

/// Throws Error for a file that write_checkpoint cannot have written as it stands.
Checkpoint read_checkpoint(const std::filesystem::path& path);

/// Throws Error where the checkpoint is of another model.
void require_model(const Checkpoint& checkpoint, const Model& model,
                   const std::filesystem::path& path);

} // namespace fedmrn
