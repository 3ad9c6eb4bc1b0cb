// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "fedmrn/config.hpp"

namespace fedmrn {

/// A round's learning rate over the first round's.
inline double decay_of(const ClientConfig& client, std::uint32_t round) {
    const bool constant = client.schedule == Schedule::constant;
    const double rounds = constant ? 0.0 : (round - 1) / client.decay_rounds;
    return 1.0 / (1.0 + rounds);
}

} // namespace fedmrn
