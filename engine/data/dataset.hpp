// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "fedmrn/config.hpp"
#include "fedmrn/dataset.hpp"

namespace fedmrn {

/// Reads or makes the data set that [data] name says. seed, the experiment's, only matters to data
/// that is made. Throws Error for an unknown name, and for files that are missing or malformed.
Dataset load_dataset(const DataConfig& config, std::uint64_t seed);

} // namespace fedmrn
