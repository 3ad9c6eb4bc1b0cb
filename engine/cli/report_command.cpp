// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#include <filesystem>
#include <iostream>
#include <memory>
#include <optional>
#include <vector>

#include "engine/cli/commands.hpp"
#include "engine/report/report.hpp"

namespace fedmrn::cli {

void add_report(CLI::App& app, Action& action) {
    struct Options {
        std::vector<std::filesystem::path> folders;
        std::string svg, metric;
    };
    auto options = std::make_shared<Options>();
    CLI::App* command = app.add_subcommand("report", "set finished runs side by side");
    command->add_option("DIR", options->folders, "folders of finished runs")->required();
    command->add_option("--svg", options->svg, "draw their metric into this file")
        ->type_name("FILE");
    command->add_option("--metric", options->metric, "which is shown (else the first), or loss")
        ->type_name("NAME");
    command->callback([options, &action] {
        action = [options] {
            std::optional<std::filesystem::path> svg;
            if (!options->svg.empty()) svg = options->svg;
            report(options->folders, svg, std::cout, options->metric);
            return 0;
        };
    });
}

} // namespace fedmrn::cli
