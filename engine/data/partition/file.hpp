// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <string>

#include "fedmrn/dataset.hpp"

namespace fedmrn {

/// Who holds which training samples, as JSON that docs/partition-file.md describes: a line a
/// client.
std::string partition_text(const Dataset& dataset, const ClientSplit& clients);

/// Whether a file begins as partition_text does.
bool is_partition_file(const std::string& path);

/// Reads it back for a data set of so many training samples. Throws Error that names the file, and
/// the client where one is wrong: no sample twice, none that there is not, none without a client's
/// own.
ClientSplit read_partition(const std::string& path, std::size_t samples);

} // namespace fedmrn
