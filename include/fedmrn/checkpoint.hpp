// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>

#include "fedmrn/experiment.hpp"

#pragma GCC visibility push(default)
namespace fedmrn {

/// Writes all that decides the rest of the run to a file, which changes by renaming: it is whole at
/// any time. It can be inspected (fedmrn inspect) and, its books being empty, is no run's folder.
void save_checkpoint(const Experiment& experiment, const std::filesystem::path& file);

/// Goes on from such a file, to the bits that the saved experiment would have come to. Throws
/// Error, and changes nothing, where the file is none, or of another model, or of a configuration
/// that differs in something that decides results. That the data are the same is the caller's word.
void load_checkpoint(Experiment& experiment, const std::filesystem::path& file);

} // namespace fedmrn
#pragma GCC visibility pop
