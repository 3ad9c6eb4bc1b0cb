// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#include <iostream>
#include <memory>

#include "engine/cli/commands.hpp"
#include "engine/config/schema.hpp"
#include "fedmrn/error.hpp"

namespace fedmrn::cli {

void add_keys(CLI::App& app, Action& action) {
    struct Options {
        std::string part;
        bool markdown = false;
    };
    auto options = std::make_shared<Options>();
    CLI::App* command =
        app.add_subcommand("keys", "list the keys of an experiment: what they take and speak to");
    command->add_option("PART", options->part, "only keys with this in their name, e.g. method.");
    command->add_flag("--markdown", options->markdown, "all of them, as docs/keys.md");
    command->callback([options, &action] {
        action = [options] {
            const std::string text = options->markdown ? keys_markdown() : keys_text(options->part);
            if (text.empty()) throw Error("keys: none has \"" + options->part + "\" in its name");
            std::cout << text << std::flush;
            return 0;
        };
    });
}

} // namespace fedmrn::cli
