// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <memory>
#include <vector>

#include "engine/client/lane_group.hpp"

namespace fedmrn::test {

/// Gives each task once, in their order, to whichever lane asks.
inline LaneGroup::Next in_turn(std::vector<ClientTask> tasks) {
    return [tasks = std::move(tasks), taken = std::make_shared<std::atomic<std::size_t>>(0)] {
        const std::size_t i = taken->fetch_add(1);
        return i < tasks.size() ? std::optional(tasks[i]) : std::nullopt;
    };
}

} // namespace fedmrn::test
