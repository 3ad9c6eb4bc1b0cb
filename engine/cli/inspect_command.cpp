// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#include <iostream>
#include <memory>

#include "engine/cli/commands.hpp"
#include "engine/report/inspect.hpp"

namespace fedmrn::cli {

void add_inspect(CLI::App& app, Action& action) {
    auto file = std::make_shared<std::string>();
    auto json = std::make_shared<bool>(false);
    CLI::App* command =
        app.add_subcommand("inspect", "show what is in an uplink message, a checkpoint or a model");
    command->add_option("FILE", *file, "an uplink message or a safetensors file")->required();
    command->add_flag("--json", *json, "for programs");
    command->callback([file, json, &action] {
        action = [file, json] {
            std::cout << (*json ? inspect_json(*file) : inspect(*file)) << std::flush;
            return 0;
        };
    });
}

} // namespace fedmrn::cli
