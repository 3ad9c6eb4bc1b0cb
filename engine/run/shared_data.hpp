// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stop_token>

#include "fedmrn/communicator.hpp"
#include "fedmrn/config.hpp"
#include "fedmrn/dataset.hpp"

namespace fedmrn {

/// The data set once a machine: the first of its ranks loads it, all of them read its memory. All
/// ranks call it. Throws Stopped on the ranks of a machine whose first one was stopped; the stop of
/// another one is heeded when the data are there.
Dataset load_once_a_machine(const DataConfig& config, std::uint64_t seed, Communicator& ranks,
                            const std::stop_token& stop);

} // namespace fedmrn
