// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "fedmrn/error.hpp"

namespace fedmrn {

/// A client whose training is no longer sane. It says where and how; the experiment, which knows
/// what was set, adds what to change.
class Diverged : public Error {
public:
    /// how: "the training loss is not finite"
    Diverged(std::uint32_t round, std::uint64_t client, const std::string& how)
        : Error("round " + std::to_string(round) + ", client " + std::to_string(client) + ": " +
                    how,
                Fault::run) {}
};

} // namespace fedmrn
