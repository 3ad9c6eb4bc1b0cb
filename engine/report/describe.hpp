// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "fedmrn/dataset.hpp"

namespace fedmrn {

/// What `fedmrn data` prints: the data set with its columns, where it has classes a table of the
/// clients (samples of each class; the first 20 clients, then least, median and most of every
/// column) and histograms of the samples and labels that clients hold. UTF-8, no line wider than
/// 100 columns.
std::string describe(const Dataset& dataset, const ClientSplit& split);

} // namespace fedmrn
