// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>
#include <string>
#include <vector>

#include "engine/config/schema.hpp"

namespace fedmrn {

/// A place of the configuration where a registered part is chosen.
struct ChoiceKey {
    std::string section, name; ///< "method", "name"
    std::string help;
    std::string noun, nouns;    ///< "method", "methods"
    Choice& (*choice)(Config&); ///< null: of the list of stages
    std::vector<const Part*> (*parts)();
    bool written = true; ///< as Key's

    [[nodiscard]] std::string full() const { return section + "." + name; }
    [[nodiscard]] const Choice& of(const Config& config) const {
        return choice(const_cast<Config&>(config)); // NOLINT: it only looks
    }
    /// Null where there is none.
    [[nodiscard]] const Part* find(std::string_view part) const;
    /// The part that a configuration chooses; null: it names none.
    [[nodiscard]] const Part* part(const Config& config) const { return find(of(config).name); }
};

/// All of them, but for the list of stages.
std::span<const ChoiceKey> choice_keys();
/// What that has parts of; it is no one choice.
const ChoiceKey& stage_choice();

/// The key of the name, and of each option that any of its parts has.
Key name_key(const ChoiceKey& choice);
std::vector<Key> option_keys(const ChoiceKey& choice);

/// Registered parts of one kind, wherever a configuration names them: in a key, or in a list.
struct PartKind {
    std::string key;         ///< "method.name", "model.metrics"
    std::string noun, nouns; ///< "method", "methods"
    bool in_list = false;    ///< its options stand behind its name: topk(k=3)
    std::string section;     ///< of its options' keys, where it is chosen by a key
    std::vector<const Part*> (*parts)() = nullptr;
};
std::vector<PartKind> part_kinds();

/// What there is to choose from: names, titles and what they are; or one part with its options.
/// Throws Error for a name that there is not.
std::string parts_text(const PartKind& kind);
std::string part_text(const PartKind& kind, const std::string& name);

} // namespace fedmrn
