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

/// Values of a method's keys that are tried, and what is run with them.
struct Candidate {
    std::string label;          ///< "lr 0.03"
    std::vector<Config> tuning; ///< a run a tuning seed, judged by data.validation
    std::vector<Config> runs;   ///< a run a seed
};

/// A partition with a method; both are indices of the plan's labels.
struct PlannedCell {
    std::size_t partition = 0, method = 0;
    /// One where nothing is tuned, without a label and without tuning.
    std::vector<Candidate> candidates;
    [[nodiscard]] bool tuned() const { return candidates.size() > 1; }
};

/// Every partition with every method with every seed. Configurations have seed and folder.
struct ComparePlan {
    std::string name;                             ///< of the file, without .toml
    std::string out;                              ///< folder of the runs and of what comes of them
    std::string setting;                          ///< "fashion-mnist, cnn4, 100 clients, …"
    Measure measure;                              ///< the metric that is compared
    std::optional<double> target = 0.8;           ///< value of it that is waited for
    std::size_t last = 5;                         ///< evaluations whose mean is a run's value
    std::vector<std::string> partitions, methods; ///< labels
    std::size_t baseline = 0;                     ///< the method that the others are compared with
    std::size_t seeds = 0;
    double validation = 0.1;        ///< share of the training samples that tuning is judged by
    std::vector<PlannedCell> cells; ///< partition by partition, method by method

    /// At most so many: of each cell its tuning, and a run a seed.
    [[nodiscard]] std::size_t runs() const;
};

/// Reads an experiment's sections as the base, then [compare]: seeds, metric, target, last,
/// baseline, validation, tuning_seeds, [[compare.method]], where a list of values is tuned, and
/// [[compare.partition]]. Overrides change the base. As strict as parse_config; a key must have an
/// effect in one run at least.
ComparePlan parse_compare(std::string_view text, std::string_view file_name,
                          std::span<const std::string> overrides = {});
/// Whether a file has a section [compare]. Throws Error where it is no TOML.
bool is_comparison(const std::filesystem::path& file);

ComparePlan load_compare(const std::filesystem::path& file,
                         std::span<const std::string> overrides = {});

} // namespace fedmrn
