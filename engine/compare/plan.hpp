// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "fedmrn/config.hpp"
#include "fedmrn/measure.hpp"

namespace fedmrn {

/// One run of a comparison; partition and method are indices of the plan's labels.
struct PlannedRun {
    std::size_t partition = 0, method = 0;
    Config config; ///< seed and folder included
};

/// Every partition with every method with every seed.
struct ComparePlan {
    std::string name;                             ///< of the file, without .toml
    std::string out;                              ///< folder of the runs and of what comes of them
    std::string setting;                          ///< "fashion-mnist, cnn4, 100 clients, …"
    Measure measure;                              ///< the metric that is compared
    std::optional<double> target = 0.8;           ///< value of it that is waited for
    std::size_t last = 5;                         ///< evaluations whose mean is a run's value
    std::vector<std::string> partitions, methods; ///< labels
    std::size_t seeds = 0;
    std::vector<PlannedRun> runs; ///< partition by partition, method by method, seed by seed
};

/// Reads an experiment's sections as the base, then [compare]: seeds, metric, target, last,
/// [[compare.method]] and [[compare.partition]]. Overrides change the base. As strict as
/// parse_config; a key must have an effect in one run at least.
ComparePlan parse_compare(std::string_view text, std::string_view file_name,
                          std::span<const std::string> overrides = {});
/// Whether a file has a section [compare]. Throws Error where it is no TOML.
bool is_comparison(const std::filesystem::path& file);

ComparePlan load_compare(const std::filesystem::path& file,
                         std::span<const std::string> overrides = {});

} // namespace fedmrn
