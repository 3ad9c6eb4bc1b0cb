// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "fedmrn/dataset.hpp"

namespace fedmrn {

/// What data a run saw, wherever it lay: a CRC32C each of the training samples' columns,
/// of the test samples', and of who holds what; and the hash of a teacher's weights.
struct DataHash {
    std::string training, test, partition; ///< 8 hex digits each
    std::string teacher = {};              ///< 16, as state_hash; empty: there is none

    /// "1a2b3c4d-5e6f7081-92a3b4c5", and "-" and the teacher's
    [[nodiscard]] std::string text() const;
};

DataHash hash_of(const Dataset& dataset, const ClientSplit& clients);

/// Throws Error, saying what differs, unless a run that saw stored goes on with now.
void require_same_data(const std::string& stored, const DataHash& now, const std::string& folder);

} // namespace fedmrn
