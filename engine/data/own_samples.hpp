// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace fedmrn {

/// Test samples in the order of their clients; first: clients + 1 offsets.
struct OwnSamples {
    std::vector<std::uint64_t> first;
    std::vector<std::uint32_t> order;
};

/// users: of each client; owners: of each test sample. Samples of other users are left out.
OwnSamples tests_of(std::span<const std::uint32_t> users, std::span<const std::uint32_t> owners);

} // namespace fedmrn
