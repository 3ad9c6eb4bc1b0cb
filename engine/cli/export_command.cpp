// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#include <iostream>
#include <map>
#include <memory>
#include <string>

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
        ->add_option("--safetensors", options->safetensors,
                     "receives its tensors alone, by the names of the ONNX file")
        ->type_name("FILE");
    command
        ->add_option("--outputs", options->outputs,
                     "receives the first 1,000 test samples and their logits, safetensors")
        ->type_name("FILE");
    CLI::Option* int8 = command->add_flag("--int8", options->int8,
                                          "in integers: weights and activations of 8 bits, as QDQ");
    using enum formula::Calibration;
    const std::map<std::string, formula::Calibration> ranges{
        {"minmax", minmax}, {"percentile", percentile}, {"mse", mse}};
    CalibrationOptions& calibration = options->calibration;
    command
        ->add_option("--range", calibration.range,
                     "of activations: of all, up to a percentile, or of the least squared error; "
                     "minmax, percentile or mse (minmax)")
        ->transform(CLI::CheckedTransformer(ranges).description(""))
        ->type_name("WORD")
        ->needs(int8);
    command
        ->add_option("--percentile", calibration.percentile,
                     "of the magnitudes, with --range percentile (99.9)")
        ->check(CLI::Range(1e-6, 100.0).description(""))
        ->type_name("NUMBER")
        ->needs(int8);
    command
        ->add_option("--samples", options->calibration_samples,
                     "training samples that ranges are taken from (512)")
        ->check(CLI::Range(1, 1'000'000).description(""))
        ->type_name("COUNT")
        ->needs(int8);
    command->callback([options, &action] {
        action = [options] {
            export_run(*options, std::cout);
            return 0;
        };
    });
}

} // namespace fedmrn::cli
