// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include <fmt/format.h>

#include "engine/base/suggest.hpp"
#include "engine/config/choices.hpp"
#include "engine/config/stage_keys.hpp"
#include "fedmrn/error.hpp"
#include "fedmrn/registry.hpp"

namespace fedmrn {
namespace {

/// A part that has an option of some name.
struct Owner {
    const Part* part;
    const Option* option;
};

std::vector<std::string_view> names_of(std::span<const Owner> owners) {
    std::vector<std::string_view> names;
    for (const Owner& owner : owners) names.emplace_back(owner.part->name);
    return names;
}

/// "method.name = topk, stc or fedmud, or signsgd with method.vote = majority or mean"
std::string condition_text(const ChoiceKey& choice, std::span<const Owner> owners) {
    std::vector<Owner> always;
    std::string text;
    for (const Owner& owner : owners)
        if (!owner.option->when.holds) always.push_back(owner);
    if (!always.empty()) text = alternatives(names_of(always));
    for (const Owner& owner : owners)
        if (owner.option->when.holds)
            text += fmt::format("{}{} with {}", text.empty() ? "" : ", or ", owner.part->name,
                                owner.option->when.text);
    return choice.full() + " = " + text;
}

std::string default_of(const Option& option) {
    return option.preset.text.empty() ? value_text(option.fallback) : option.preset.text;
}

/// "0.03125; 0.1 with stc", the first part's first.
std::string default_text(std::span<const Owner> owners) {
    const std::string first = default_of(*owners[0].option);
    std::string text = first;
    std::vector<std::string> said{first};
    for (const Owner& owner : owners) {
        const std::string other = default_of(*owner.option);
        if (std::find(said.begin(), said.end(), other) != said.end()) continue;
        said.push_back(other);
        std::vector<Owner> same;
        for (const Owner& candidate : owners)
            if (default_of(*candidate.option) == other) same.push_back(candidate);
        std::string names;
        for (const std::string_view name : names_of(same))
            names += fmt::format("{}{}", names.empty() ? "" : " and ", name);
        text += fmt::format("; {} with {}", other, names);
    }
    return text;
}

std::string help_text(std::span<const Owner> owners) {
    std::string text = owners[0].option->help;
    for (const Owner& owner : owners.subspan(1)) {
        const std::string& other = owner.option->help;
        if (text.find(other) == text.npos)
            text += fmt::format("; of {} {}", owner.part->name, other);
    }
    return text;
}

/// The option of the part that a configuration chooses; null where that has none of the name.
const Option* chosen(const ChoiceKey& choice, const Config& config, const std::string& name) {
    const Part* part = choice.part(config);
    return part == nullptr ? nullptr : part->option(name);
}

Key option_key(const ChoiceKey& choice, const std::string& name, std::vector<Owner> owners) {
    const Option& first = *owners[0].option;
    Key key;
    key.section = choice.section;
    key.name = name;
    key.expected = first.expected;
    key.help = help_text(owners);
    key.decides = first.decides;
    key.list = first.list;
    key.written = first.written;
    key.is_text = std::holds_alternative<std::string>(first.fallback);
    key.when = {condition_text(choice, owners), [&choice, name](const Config& config) {
                    const Option* option = chosen(choice, config, name);
                    return option != nullptr && (!option->when.holds || option->when.holds(config));
                }};
    const auto fallback = [&choice, name, fallback = first.fallback](const Config& config) {
        const Option* option = chosen(choice, config, name);
        if (option == nullptr) return fallback;
        return option->preset.value ? option->preset.value(config)
                                    : option->fallback_with(choice.of(config).options);
    };
    key.preset = {default_text(owners), fallback};
    key.get = [&choice, name, fallback, &first](const Config& config) {
        const Options& said = choice.of(config).options;
        const auto found = said.find(name);
        if (found == said.end()) return fallback(config);
        const Option* option = chosen(choice, config, name);
        return (option != nullptr ? *option : first).accept(found->second).value_or(found->second);
    };
    // Which part is chosen may be said later: what one of them takes is kept as it is written, and
    // ConfigReader::finish asks the one that was chosen.
    key.set = [&choice, name, owners](Config& config, const KeyValue& value) {
        const bool taken = std::any_of(owners.begin(), owners.end(), [&](const Owner& owner) {
            return owner.option->accept(value).has_value();
        });
        if (taken) choice.choice(config).options[name] = value;
        return taken;
    };
    key.forget = [&choice, name](Config& config) { choice.choice(config).options.erase(name); };
    return key;
}

} // namespace

const Part* ChoiceKey::find(std::string_view part) const {
    for (const Part* candidate : parts())
        if (candidate->name == part) return candidate;
    return nullptr;
}

Key name_key(const ChoiceKey& choice) {
    std::vector<std::string_view> names;
    for (const Part* part : choice.parts()) names.emplace_back(part->name);
    Key key;
    key.section = choice.section;
    key.name = choice.name;
    key.expected = quoted_alternatives(names);
    key.help = choice.help;
    key.is_text = true;
    key.written = choice.written;
    key.get = [&choice](const Config& config) { return KeyValue(choice.of(config).name); };
    key.set = [&choice](Config& config, const KeyValue& value) {
        const auto* name = std::get_if<std::string>(&value);
        if (name == nullptr || choice.find(*name) == nullptr) return false;
        choice.choice(config).name = *name;
        return true;
    };
    return key;
}

std::vector<Key> option_keys(const ChoiceKey& choice) {
    std::vector<std::pair<std::string, std::vector<Owner>>> options; // in the order of the parts
    for (const Part* part : choice.parts()) {
        for (const Option& option : part->options) {
            auto found = std::find_if(options.begin(), options.end(), [&](const auto& known) {
                return known.first == option.name;
            });
            if (found == options.end())
                found = options.insert(options.end(), {option.name, std::vector<Owner>{}});
            found->second.push_back({part, &option});
        }
    }
    std::vector<Key> keys;
    for (const auto& [name, owners] : options) keys.push_back(option_key(choice, name, owners));
    return keys;
}

std::string parts_text(const PartKind& kind) {
    std::string text;
    for (const Part* part : kind.parts()) {
        const std::string title = part->title == part->name ? "" : part->title + ": ";
        text += fmt::format("{:<18}{}{}\n", part->name, title, part->help);
    }
    return text;
}

std::string part_text(const PartKind& kind, const std::string& name) {
    const std::vector<const Part*> parts = kind.parts();
    const auto found = std::find_if(parts.begin(), parts.end(),
                                    [&](const Part* part) { return part->name == name; });
    if (found == parts.end()) unknown_part(kind.key, name, parts);
    const Part& part = **found;
    std::string text = fmt::format("{} ({} = \"{}\"): {}\n", part.title, kind.key, name, part.help);
    const std::string section =
        kind.key == stage_choice().full() ? stage_section(name) : kind.section;
    for (const Option& option : part.options) {
        text += fmt::format("\n{}{}{}\n    {}\n    {}; {}\n", section, kind.in_list ? "" : ".",
                            option.name, option.help, option.expected,
                            option.required && kind.in_list ? "to be said"
                                                            : "default " + default_of(option));
        if (option.when.holds) text += fmt::format("    only with {}\n", option.when.text);
    }
    return text;
}

} // namespace fedmrn
