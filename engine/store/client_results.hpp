// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <span>
#include <string>
#include <vector>

#include "fedmrn/experiment.hpp"
#include "fedmrn/metrics.hpp"

namespace fedmrn {

// measure: the first metric's, or the loss where there is none.

/// Of the clients that have samples. Mean and deviation (over all of them, not of a sample) count
/// every client alike; the worst tenth is the mean of the worst ⌈n/10⌉.
ClientSpread spread_of(std::span<const Evaluation> clients, const Measure& measure);

/// clients.csv: client, user (of a natural partition), samples, the metrics by their names, loss;
/// metrics and loss are empty for a client without samples.
std::string clients_csv(std::span<const Evaluation> clients, std::span<const Measure> metrics,
                        std::span<const std::uint32_t> users);

/// How many clients have which value, in twenty steps, as a drawing that stands alone.
std::string clients_svg(std::span<const Evaluation> clients, const Measure& measure,
                        const std::string& title);

} // namespace fedmrn
