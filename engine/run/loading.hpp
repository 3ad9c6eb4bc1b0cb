// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stop_token>

#include "fedmrn/config.hpp"
#include "fedmrn/dataset.hpp"

namespace fedmrn {

/// load_dataset(), but a stop is heeded at once, however slow the files are: throws Stopped. What
/// was being read is then read on by a thread that nobody waits for: end the process by std::_Exit.
Dataset load_unless_stopped(const DataConfig& config, std::uint64_t seed,
                            const std::stop_token& stop);

} // namespace fedmrn
