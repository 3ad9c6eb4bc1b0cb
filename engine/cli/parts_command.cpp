// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#include <iostream>
#include <memory>

#include "engine/cli/commands.hpp"
#include "engine/config/choices.hpp"

namespace fedmrn::cli {

/// A subcommand for each place where a registered part is chosen: fedmrn methods, fedmrn models …
void add_parts(CLI::App& app, Action& action) {
    const auto add = [&](const ChoiceKey& choice) {
        auto name = std::make_shared<std::string>();
        CLI::App* command = app.add_subcommand(choice.nouns, "list what " + choice.full() +
                                                                 " can say, or one " + choice.noun);
        command->add_option("NAME", *name, "that one, with its options");
        command->callback([name, &choice, &action] {
            action = [name, &choice] {
                std::cout << (name->empty() ? parts_text(choice) : part_text(choice, *name))
                          << std::flush;
                return 0;
            };
        });
    };
    for (const ChoiceKey& choice : choice_keys()) {
        add(choice);
    }
    add(stage_choice());
}

} // namespace fedmrn::cli
