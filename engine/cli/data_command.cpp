// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#include <filesystem>
#include <iostream>
#include <memory>
#include <vector>

#include "engine/base/atomic_file.hpp"
#include "engine/base/signals.hpp"
#include "engine/cli/commands.hpp"
#include "engine/compare/plan.hpp"
#include "engine/config/same_run.hpp"
#include "engine/data/partition/file.hpp"
#include "engine/report/describe.hpp"
#include "engine/run/loading.hpp"
#include "fedmrn/dataset.hpp"
#include "fedmrn/error.hpp"

namespace fedmrn::cli {
namespace {

struct Options {
    std::string file, save;
    std::vector<std::string> set;
};

void save(const Options& options, const Dataset& dataset, const ClientSplit& split) {
    if (!split.validation.empty())
        throw Error(options.file + ": data.validation: expected 0 to save the partition, which "
                                   "would lack the samples that are set aside");
    std::error_code none;
    if (std::filesystem::equivalent(options.save, options.file, none))
        throw Error(options.save + ": is the file of the experiment, expected another to save to");
    // What is no file is not read: that could wait for ever.
    const bool foreign =
        std::filesystem::exists(options.save) &&
        !(std::filesystem::is_regular_file(options.save) && is_partition_file(options.save));
    if (foreign)
        throw Error(options.save + ": exists and is no partition, expected a new file to save to");
    write_atomically(options.save, partition_text(dataset, split));
    std::cout << "\npartition: " << options.save << '\n';
}

void show(const Config& config, const Options& options, const std::stop_token& stop) {
    const std::uint64_t seed = config.experiment.seed;
    const Dataset dataset = load_unless_stopped(config.data, seed, stop);
    const ClientSplit split = partition(config.data, dataset, seed, stop);
    std::cout << describe(dataset, split);
    if (!options.save.empty()) save(options, dataset, split);
}

/// Each partition of a comparison, with its first seed.
void show_all(const ComparePlan& plan, const Options& options, const std::stop_token& stop) {
    if (!options.save.empty() && plan.partitions.size() > 1)
        throw Error(options.file + ": has several partitions, expected one to save");
    for (std::size_t p = 0; p < plan.partitions.size(); ++p) {
        const PlannedCell& cell = plan.cells[p * plan.methods.size()];
        const Config& run = cell.candidates.front().runs.front();
        std::cout << (p == 0 ? "" : "\n") << "== " << plan.partitions[p] << ", seed "
                  << run.experiment.seed << '\n';
        show(run, options, stop);
    }
}

} // namespace

void add_data(CLI::App& app, Action& action) {
    auto options = std::make_shared<Options>();
    CLI::App* command = app.add_subcommand("data", "show which client holds which samples");
    command->add_option("FILE", options->file, "the experiment or comparison, a TOML file")
        ->required();
    command
        ->add_option("--set", options->set, "section.key=value, instead of the file's; repeatable")
        ->type_name("KEY=VALUE")
        ->allow_extra_args(false);
    command
        ->add_option("--save", options->save,
                     "write the partition into this file, for data.partition_file")
        ->type_name("FILE");
    command->callback([options, &action] {
        action = [options] {
            const Signals signals;
            try {
                if (is_comparison(options->file))
                    show_all(load_compare(options->file, options->set), *options, signals.token());
                else
                    show(load_config(options->file, options->set), *options, signals.token());
            } catch (const Stopped&) {
                return 128 + signals.number();
            }
            std::cout << std::flush;
            return signals.number() == 0 ? 0 : 128 + signals.number();
        };
    });
}

} // namespace fedmrn::cli
