// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <mutex>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "fedmrn/config.hpp"
#include "fedmrn/dataset.hpp"
#include "fedmrn/experiment.hpp"
#include "fedmrn/fedmrn.h"

// What the handles of the C API are.

/// Text and assignments are kept, since each assignment is checked together with all before it.
struct fedmrn_config {
    std::string text, name;
    std::vector<std::string> assignments;
    fedmrn::Config read; ///< of all of these
};

struct fedmrn_data {
    fedmrn::Dataset set;
};

struct fedmrn_experiment {
    fedmrn_experiment(const fedmrn::Config& config, const fedmrn::Dataset& data)
        : experiment(config, data) {}
    fedmrn::Experiment experiment;
    std::optional<fedmrn::RoundMetrics> last;
    std::mutex mutex;                        ///< of what follows
    std::optional<std::stop_source> running; ///< the round in progress
};
