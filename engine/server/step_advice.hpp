// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "fedmrn/config.hpp"

namespace fedmrn {

/// What to do about training that diverged: "lower client.lr = 0.1 or server.lr = 10". Names every
/// step size that may be at fault, the server's where it is not the plain mean.
std::string step_advice(const Config& config);

} // namespace fedmrn
