// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/method/aggregation.hpp"
#include "fedmrn/config.hpp"
#include "fedmrn/server.hpp"

namespace fedmrn {

/// Throws Error where an aggregation sets values and the server would take another step than the
/// plain one that ends at them.
void check_sets(const Aggregation& aggregation, const ServerOptimizer& optimizer,
                const ServerConfig& server);

} // namespace fedmrn
