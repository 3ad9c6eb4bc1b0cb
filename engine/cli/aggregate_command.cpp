// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#include <iostream>
#include <memory>

#include "engine/cli/commands.hpp"
#include "engine/run/aggregate_files.hpp"

namespace fedmrn::cli {

void add_aggregate(CLI::App& app, Action& action) {
    auto files = std::make_shared<AggregateFiles>();
    auto weights = std::make_shared<std::string>();
    CLI::App* command =
        app.add_subcommand("aggregate", "make a round's next model from kept messages alone");
    command->add_option("MESSAGE", files->messages, "what the server reads, in any order")
        ->required();
    command
        ->add_option("--model", files->state,
                     "what it had before: state-N.safetensors of run --keep-messages")
        ->required()
        ->type_name("FILE");
    command->add_option("--out", files->out, "receives what it has then, a file of the same kind")
        ->required()
        ->type_name("FILE");
    command
        ->add_option("--weights", *weights,
                     "what each message counts, where it is not its samples: round-N-weights.json")
        ->type_name("FILE");
    command->callback([files, weights, &action] {
        action = [files, weights] {
            if (!weights->empty()) files->weights = *weights;
            aggregate_files(*files, std::cout);
            return 0;
        };
    });
}

} // namespace fedmrn::cli
