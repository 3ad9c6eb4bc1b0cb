// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#include <iostream>
#include <memory>
#include <vector>

#include "engine/cli/commands.hpp"
#include "engine/data/describe.hpp"
#include "engine/run/config.hpp"
#include "fedmrn/dataset.hpp"

namespace fedmrn::cli {

void add_data(CLI::App& app, Action& action) {
    struct Options {
        std::string file;
        std::vector<std::string> set;
    };
    auto options = std::make_shared<Options>();
    CLI::App* command = app.add_subcommand("data", "show which client holds which samples");
    command->add_option("FILE", options->file, "the experiment, a TOML file")->required();
    command
        ->add_option("--set", options->set, "section.key=value, instead of the file's; repeatable")
        ->type_name("KEY=VALUE")
        ->allow_extra_args(false);
    command->callback([options, &action] {
        action = [options] {
            const Config config = load_config(options->file, options->set);
            const std::uint64_t seed = config.experiment.seed;
            const Dataset dataset = load_dataset(config.data, seed);
            const ClientSplit split = partition(config.data, dataset, seed);
            std::cout << describe(dataset, split) << std::flush;
            return 0;
        };
    });
}

} // namespace fedmrn::cli
