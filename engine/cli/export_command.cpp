// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#include <iostream>
#include <memory>

#include "engine/cli/commands.hpp"
#include "engine/run/export_run.hpp"

namespace fedmrn::cli {

void add_export(CLI::App& app, Action& action) {
    auto options = std::make_shared<ExportOptions>();
    CLI::App* command =
        app.add_subcommand("export", "write a finished run's model for other programs to run");
    command->add_option("DIR", options->run, "the folder of a finished run")->required();
    command->add_option("--onnx", options->onnx, "receives the model, BatchNorm folded")
        ->type_name("FILE");
    command
        ->add_option("--outputs", options->outputs,
                     "receives the first 1,000 test samples and their logits, safetensors")
        ->type_name("FILE");
    command->callback([options, &action] {
        action = [options] {
            export_run(*options, std::cout);
            return 0;
        };
    });
}

} // namespace fedmrn::cli
