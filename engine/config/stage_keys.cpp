// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#include "engine/config/stage_keys.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "engine/base/suggest.hpp"
#include "fedmrn/stage.hpp"

namespace fedmrn {
namespace {

constexpr std::string_view prefix = "stage.";

/// A configuration's stage of this name; null: it has none.
const Choice* find(const Config& config, std::string_view name) {
    const auto found = std::find_if(config.stages.begin(), config.stages.end(),
                                    [&](const Choice& stage) { return stage.name == name; });
    return found == config.stages.end() ? nullptr : &*found;
}
Choice* find(Config& config, std::string_view name) {
    return const_cast<Choice*>(find(std::as_const(config), name)); // NOLINT: it is config's
}

std::string names_of(const Config& config) {
    std::string names;
    for (const Choice& stage : config.stages) names += (names.empty() ? "" : ", ") + stage.name;
    return names;
}

/// The stages of "half, deflate", with what was said to those that were there; false: it is no such
/// list.
bool set_names(Config& config, std::string_view list) {
    StageConfig chosen;
    while (!list.empty()) {
        const std::size_t comma = list.find(',');
        std::string_view name = list.substr(0, comma);
        list = comma == std::string_view::npos ? "" : list.substr(comma + 1);
        while (name.starts_with(' ')) name.remove_prefix(1);
        while (name.ends_with(' ')) name.remove_suffix(1);
        const bool again = std::any_of(chosen.begin(), chosen.end(),
                                       [&](const Choice& stage) { return stage.name == name; });
        if (again || stages().find(name) == nullptr) return false;
        const Choice* before = find(std::as_const(config), name);
        chosen.push_back(before != nullptr ? *before : Choice(std::string(name)));
    }
    config.stages = std::move(chosen);
    return true;
}

Key names_key() {
    std::vector<std::string_view> names;
    for (const StageEntry& entry : stages().all()) names.emplace_back(entry.name);
    const auto get = [](const Config& config) { return KeyValue(names_of(config)); };
    Key key;
    key.section = "stage";
    key.name = "name";
    key.expected = fmt::format("{}, each once", quoted_alternatives(names));
    key.help = "what is done between the server's model and the messages, in the order of the "
               "tables; with --set all names, with commas between them";
    key.preset = {"no stage", get};
    key.is_text = true;
    key.get = get;
    key.set = [](Config& config, const KeyValue& value) {
        const auto* list = std::get_if<std::string>(&value);
        return list != nullptr && set_names(config, *list);
    };
    return key;
}

Key option_key(const StageEntry& entry, const Option& option) {
    Key key;
    key.section = stage_section(entry.name);
    key.name = option.name;
    key.expected = option.expected;
    key.help = option.help;
    key.decides = option.decides;
    key.is_text = std::holds_alternative<std::string>(option.fallback);
    const std::string also = option.when.holds ? " with " + option.when.text : "";
    key.when = {fmt::format("a [[stage]] with name = \"{}\"{}", entry.name, also),
                [name = entry.name, &option](const Config& config) {
                    return has_stage(config, name) &&
                           (!option.when.holds || option.when.holds(config));
                }};
    const auto fallback = [name = entry.name, &option](const Config& config) {
        const Choice* stage = find(config, name);
        return option.fallback_with(stage != nullptr ? stage->options : Options{});
    };
    key.preset = {option.preset.text.empty() ? value_text(option.fallback) : option.preset.text,
                  fallback};
    key.get = [name = entry.name, &option, fallback](const Config& config) {
        const Choice* stage = find(config, name);
        if (stage == nullptr || !stage->options.contains(option.name)) return fallback(config);
        return stage->options.find(option.name)->second;
    };
    key.set = [name = entry.name, &option](Config& config, const KeyValue& value) {
        const auto accepted = option.accept(value);
        Choice* stage = find(config, name);
        if (accepted && stage != nullptr) stage->options[option.name] = *accepted;
        return accepted.has_value();
    };
    key.forget = [name = entry.name, &option](Config& config) {
        if (Choice* stage = find(config, name)) stage->options.erase(option.name);
    };
    return key;
}

} // namespace

std::string stage_section(std::string_view name) { return std::string(prefix) + std::string(name); }

bool is_stage_section(std::string_view section) { return section.starts_with(prefix); }

bool has_stage(const Config& config, std::string_view name) {
    return find(config, name) != nullptr;
}

std::vector<Key> stage_keys() {
    std::vector<Key> keys{names_key()};
    for (const StageEntry& entry : stages().all())
        for (const Option& option : entry.options) keys.push_back(option_key(entry, option));
    return keys;
}

std::string stages_toml(const Config& config) {
    std::string text;
    for (const Choice& stage : config.stages) {
        text += fmt::format("\n[[stage]]\nname = {}\n", value_text(KeyValue(stage.name)));
        for (const Key& key : config_keys())
            if (key.section == stage_section(stage.name) && key.speaks_to(config))
                text += fmt::format("{} = {}\n", key.name, value_text(key.get(config)));
    }
    return text;
}

} // namespace fedmrn
