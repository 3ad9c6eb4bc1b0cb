// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "fedmrn/config.hpp"
#include "fedmrn/experiment.hpp"

namespace fedmrn {

/// "FedMRN (binary mask)", with what an ablation switched off.
std::string method_name(const Config& config);

/// "iid", "labeldir 0.3"
std::string split_name(const Config& config);

/// "100 clients"; of 0, every user of the natural partition: "all users"
std::string clients_count(std::uint64_t clients);

/// "fashion-mnist, cnn4, 100 clients (iid), 10 a round"
std::string setting_name(const Config& config);

/// "fashion-mnist: 60,000 training and 10,000 test samples of 28×28×1, 10 classes"
std::string data_text(const Dataset& dataset);

/// What is about to run, before the first round. why: of the device; from: round to go on after.
std::string opening_text(const Config& config, const Experiment& experiment,
                         const std::string& data, const std::string& why, std::uint32_t from);

} // namespace fedmrn
