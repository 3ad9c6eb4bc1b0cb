// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#include <iostream>
#include <memory>

#include "engine/cli/commands.hpp"
#include "engine/config/choices.hpp"

namespace fedmrn::cli {

/// A subcommand for each kind of registered parts: fedmrn methods, fedmrn models …
void add_parts(CLI::App& app, Action& action) {
    for (const PartKind& kind : part_kinds()) {
        auto name = std::make_shared<std::string>();
        CLI::App* command = app.add_subcommand(kind.nouns, "list what " + kind.key +
                                                               " can say, or one " + kind.noun);
        command->add_option("NAME", *name, "that one, with its options");
        command->callback([name, kind, &action] {
            action = [name, kind] {
                std::cout << (name->empty() ? parts_text(kind) : part_text(kind, *name))
                          << std::flush;
                return 0;
            };
        });
    }
}

} // namespace fedmrn::cli
