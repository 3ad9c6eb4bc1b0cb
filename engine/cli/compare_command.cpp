// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#include <iostream>
#include <memory>
#include <vector>

#include <fmt/core.h>

#include "engine/cli/commands.hpp"
#include "engine/cli/job.hpp"
#include "engine/compare/compare.hpp"
#include "fedmrn/error.hpp"

namespace fedmrn::cli {

void add_compare(CLI::App& app, Action& action) {
    struct Options {
        std::string file, device, out, part;
        std::vector<std::string> set;
    };
    auto options = std::make_shared<Options>();
    CLI::App* command = app.add_subcommand(
        "compare", "train methods, partitions and seeds, or what is missing of them; table them");
    command->add_option("FILE", options->file, "the comparison, a TOML file")->required();
    command
        ->add_option("--set", options->set,
                     "section.key=value, instead of the file's base; repeatable")
        ->type_name("KEY=VALUE")
        ->allow_extra_args(false);
    command->add_option("--device", options->device, "auto, cpu or cuda")
        ->check(CLI::IsMember({"auto", "cpu", "cuda"}));
    command->add_option("--out", options->out, "folder of the runs (else runs/<name of FILE>)")
        ->type_name("DIR");
    command
        ->add_option("--part", options->part,
                     "train only part K of N, in a process of its own; slurm: the array's task")
        ->type_name("K/N");
    command->callback([options, &action] {
        action = [options] {
            std::vector<std::string> overrides = options->set;
            if (!options->device.empty())
                overrides.push_back("experiment.device=" + options->device);
            if (!options->out.empty()) overrides.push_back("experiment.out=" + options->out);
            CompareOptions how;
            if (!options->part.empty()) how.part = parse_part(options->part);
            job() = std::make_unique<Job>();
            how.ranks = job()->ranks();
            if (how.part && how.ranks)
                throw Error(fmt::format("--part: {} processes were started; a part is one "
                                        "process', and ranks divide the runs without it",
                                        how.ranks->size()));
            return compare(load_compare(options->file, overrides), how, std::cout);
        };
    });
}

} // namespace fedmrn::cli
