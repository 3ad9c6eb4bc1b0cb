// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#include <iostream>
#include <memory>
#include <vector>

#include "engine/cli/commands.hpp"
#include "engine/cli/job.hpp"
#include "engine/config/same_run.hpp"
#include "engine/run/runner.hpp"

namespace fedmrn::cli {

void add_run(CLI::App& app, Action& action) {
    struct Options {
        std::string file, device, out, profile, messages, rounds;
        std::vector<std::string> set;
        bool resume = false, per_client = false;
    };
    auto options = std::make_shared<Options>();
    CLI::App* command = app.add_subcommand("run", "train an experiment");
    command->add_option("FILE", options->file, "the experiment, a TOML file")->required();
    command
        ->add_option("--set", options->set, "section.key=value, instead of the file's; repeatable")
        ->type_name("KEY=VALUE")
        ->allow_extra_args(false);
    command->add_option("--device", options->device, "auto, cpu or cuda")
        ->check(CLI::IsMember({"auto", "cpu", "cuda"}));
    command->add_option("--out", options->out, "folder of the run (else runs/<name of FILE>)")
        ->type_name("DIR");
    command
        ->add_option("--profile", options->profile,
                     "rounds that nsys or ncu record (--capture-range=cudaProfilerApi)")
        ->type_name("FIRST:LAST");
    auto* messages = command
                         ->add_option("--keep-messages", options->messages,
                                      "folder for what the server reads, and has before and after")
                         ->type_name("DIR");
    command->add_option("--keep-rounds", options->rounds, "rounds that are kept so (else the last)")
        ->type_name("FIRST:LAST")
        ->needs(messages);
    command->add_flag("--resume", options->resume, "go on with the run that stands in the folder");
    command->add_flag("--per-client", options->per_client,
                      "evaluate the final model on each client's own samples");
    command->callback([options, &action] {
        action = [options] {
            std::vector<std::string> overrides = options->set;
            if (!options->device.empty())
                overrides.push_back("experiment.device=" + options->device);
            if (!options->out.empty()) overrides.push_back("experiment.out=" + options->out);
            if (options->per_client) overrides.emplace_back("experiment.per_client=true");
            RunOptions how;
            how.resume = options->resume;
            how.input = options->file;
            if (!options->profile.empty())
                how.profiled = parse_rounds(options->profile, "--profile");
            if (!options->messages.empty()) {
                how.kept = KeptRounds{options->messages, std::nullopt};
                if (!options->rounds.empty())
                    how.kept->rounds = parse_rounds(options->rounds, "--keep-rounds");
            }
            job() = std::make_unique<Job>();
            how.ranks = job()->ranks();
            Notes notes;
            const Config config = load_config(options->file, overrides, &notes);
            const bool speaks = !how.ranks || how.ranks->rank() == 0;
            for (const std::string& note : notes)
                if (speaks) std::cout << "note: " << note << '\n';
            return run(config, how, std::cout);
        };
    });
}

} // namespace fedmrn::cli
