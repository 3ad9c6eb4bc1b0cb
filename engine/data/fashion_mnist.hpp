// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "fedmrn/dataset.hpp"

namespace fedmrn {

/// Reads the four IDX files (each plain or .gz) from a folder; empty: the first of the usual places
/// that has them, one of which is that of Debian's package dataset-fashion-mnist. 60,000 and 10,000
/// samples of 28 × 28 × 1 in the original, but any count is taken.
Dataset load_fashion_mnist(const std::string& folder);

} // namespace fedmrn
