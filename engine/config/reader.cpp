// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#include "engine/config/reader.hpp"

#include <algorithm>
#include <filesystem>
#include <optional>

#include <fmt/core.h>

#include "engine/base/suggest.hpp"
#include "engine/base/text.hpp"
#include "engine/config/choices.hpp"
#include "engine/config/stage_keys.hpp"
#include "fedmrn/dataset.hpp"
#include "fedmrn/error.hpp"
#include "fedmrn/metric.hpp"
#include "fedmrn/registry.hpp"
#include "fedmrn/stage.hpp"

namespace fedmrn {
namespace {

std::optional<KeyValue> value_of(const toml::node& node) {
    if (const auto* flag = node.as_boolean()) return KeyValue(flag->get());
    if (const auto* whole = node.as_integer()) return KeyValue(whole->get());
    if (const auto* real = node.as_floating_point()) return KeyValue(real->get());
    if (const auto* text = node.as_string()) return KeyValue(text->get());
    return std::nullopt;
}

/// A list: one text, or an array of texts.
std::optional<KeyValue> list_of(const toml::node& node) {
    const toml::array* array = node.as_array();
    if (array == nullptr) return value_of(node);
    std::string text;
    for (const toml::node& element : *array) {
        const auto* item = element.as_string();
        if (item == nullptr) return std::nullopt;
        text += (text.empty() ? "" : ", ") + item->get();
    }
    return KeyValue(text);
}

[[noreturn]] void unknown_section(const std::string& where, std::string_view name) {
    std::vector<std::string_view> sections;
    for (const Key& key : config_keys())
        if ((sections.empty() || sections.back() != key.section) && !is_stage_section(key.section))
            sections.push_back(key.section);
    const std::string_view near = nearest(name, sections);
    throw Error(fmt::format("{}: unknown section [{}]; expected {}{}", where, one_line(name),
                            alternatives(sections),
                            near.empty() ? "" : fmt::format("; did you mean [{}]?", near)));
}

[[noreturn]] void unknown_key(const std::string& where, std::string_view section,
                              std::string_view name) {
    std::vector<std::string_view> here, all;
    std::vector<std::string> full;
    for (const Key& key : config_keys()) {
        if (key.section == section) here.push_back(key.name);
        all.push_back(key.name);
        full.push_back(key.full());
    }
    if (is_stage_section(section)) here.emplace_back("name");
    std::string near(nearest(name, here));
    if (near.empty()) // right key, wrong section
        if (const std::string_view other = nearest(name, all); !other.empty())
            near = full[std::find(all.begin(), all.end(), other) - all.begin()];
    throw Error(fmt::format("{}: unknown key {}{}{}; expected {}{}", where, section,
                            section.empty() ? "" : ".", one_line(name),
                            here.empty() ? "a section" : alternatives(here),
                            near.empty() ? "" : fmt::format("; did you mean {}?", near)));
}

bool is_section(std::string_view name) {
    const auto keys = config_keys();
    return std::any_of(keys.begin(), keys.end(), [&](const Key& k) { return k.section == name; });
}

} // namespace

std::string found_text(const toml::node& node) {
    if (const auto value = value_of(node)) return value_text(*value);
    return node.is_table() ? "a table" : node.is_array() ? "an array" : "a date or time";
}

void ConfigReader::assign(const std::string& where, const Key& key, const toml::node& node) {
    const auto value = key.list ? list_of(node) : value_of(node);
    if (!value || !key.set(config_, *value))
        throw Error(fmt::format("{}: {}: expected {}, found {}", where, key.full(), key.expected,
                                one_line(found_text(node))));
    given_[key.full()] = where;
    said_[key.full()] = *value;
}

void ConfigReader::stages(const toml::node& node) {
    const toml::array* array = node.as_array();
    if (array == nullptr || (!array->empty() && !array->is_homogeneous<toml::table>()))
        throw Error(fmt::format("{}: stage: expected tables [[stage]], found {}", line(node),
                                one_line(found_text(node))));
    config_.stages.clear();
    std::erase_if(given_, [](const auto& entry) { return is_stage_section(entry.first); });
    given_["stage.name"] = line(node);
    for (const toml::node& element : *array) stage(*element.as_table());
}

void ConfigReader::stage(const toml::table& table) {
    const toml::node* said = table.get("name");
    if (said == nullptr)
        throw Error(line(table) + ": stage.name: expected a stage's name, found none");
    const std::string place = line(*said) + ": stage.name";
    const auto* text = said->as_string();
    if (text == nullptr)
        throw Error(fmt::format("{}: expected a stage's name, found {}", place,
                                one_line(found_text(*said))));
    const std::string& name = text->get();
    if (fedmrn::stages().find(name) == nullptr) unknown_part(place, name, fedmrn::stages().parts());
    if (has_stage(config_, name))
        throw Error(fmt::format("{}: expected each stage once, found \"{}\" again", place, name));
    config_.stages.emplace_back(name);
    for (const auto& [key_name, value] : by_line(table)) {
        if (key_name == "name") continue;
        const Key* key = find_key(stage_section(name), key_name);
        if (key == nullptr) unknown_key(line(*value), stage_section(name), key_name);
        assign(line(*value), *key, *value);
    }
}

std::vector<std::pair<std::string_view, const toml::node*>> by_line(const toml::table& table) {
    std::vector<std::pair<std::string_view, const toml::node*>> entries;
    for (const auto& [name, node] : table) entries.emplace_back(name.str(), &node);
    std::stable_sort(entries.begin(), entries.end(), [](const auto& a, const auto& b) {
        return a.second->source().begin.line < b.second->source().begin.line;
    });
    return entries;
}

void ConfigReader::section(std::string_view name, const toml::node& node) {
    const toml::table* table = node.as_table();
    if (!is_section(name)) {
        if (table == nullptr) unknown_key(line(node), "", name);
        unknown_section(line(node), name);
    }
    if (table == nullptr)
        throw Error(fmt::format("{}: {}: expected a section [{}], found {}", line(node), name, name,
                                one_line(found_text(node))));
    for (const auto& [key_name, value] : by_line(*table)) {
        const Key* key = find_key(name, key_name);
        if (key == nullptr) unknown_key(line(*value), name, key_name);
        assign(line(*value), *key, *value);
    }
}

toml::table parse_toml(std::string_view text, const std::string& file) {
    try {
        return toml::parse(text, file);
    } catch (const toml::parse_error& error) {
        throw Error(fmt::format("{}:{}: not TOML: {}", file, error.source().begin.line,
                                one_line(error.description())));
    }
}

std::string ConfigReader::line(const toml::node& node) const {
    return fmt::format("{}:{}", file_, node.source().begin.line);
}

std::string ConfigReader::where(const std::string& key) const {
    const auto found = given_.find(key);
    return found == given_.end() ? file_ : found->second;
}

void ConfigReader::sections(const toml::table& root, std::string_view but_for) {
    for (const auto& [name, node] : by_line(root))
        if (name == "stage")
            stages(*node);
        else if (name != but_for)
            section(name, *node);
}

void ConfigReader::override_with(const std::string& argument) {
    const std::string place = "--set " + one_line(argument);
    const std::size_t equals = argument.find('=');
    std::size_t dot = argument.find('.');
    if (is_stage_section(argument)) // stage.half.format=…: the stage's name is part of the section
        if (const std::size_t next = argument.find('.', dot + 1); next < equals) dot = next;
    if (equals == std::string::npos || dot == std::string::npos || dot > equals)
        throw Error(place + ": expected section.key=value");
    const std::string section = argument.substr(0, dot);
    const std::string name = argument.substr(dot + 1, equals - dot - 1);
    const std::string text = argument.substr(equals + 1);
    if (is_stage_section(section)) {
        const std::string stage = section.substr(stage_section("").size());
        if (fedmrn::stages().find(stage) == nullptr)
            unknown_part(place + ": stage.name", stage, fedmrn::stages().parts());
    } else if (!is_section(section)) {
        unknown_section(place, section);
    }
    const Key* key = find_key(section, name);
    if (key == nullptr) unknown_key(place, section, name);

    // A shell eats quotes, so a string may come without them.
    const bool wants_text = key->is_text;
    const bool is_quoted = !text.empty() && (text[0] == '"' || text[0] == '\'');
    const bool is_array = key->list && text.starts_with('[');
    toml::table parsed;
    if (!wants_text || is_quoted || is_array) {
        try {
            parsed = toml::parse("v = " + text);
        } catch (const toml::parse_error&) {
            parsed.clear(); // shown as the string it is
        }
    }
    if (parsed.size() != 1) parsed = toml::table{{"v", text}};
    assign(place, *key, *parsed.get("v"));
}

Config ConfigReader::with_defaults() const {
    Config config = config_;
    for (const Key& key : config_keys()) // a default may follow any key that is given
        if (!given_.contains(key.full()) && (!key.forget || key.speaks_to(config)))
            key.set(config, key.fallback(config));
    if (config.experiment.out.empty())
        config.experiment.out = "runs/" + std::filesystem::path(file_).stem().string();
    return config;
}

std::vector<Idle> ConfigReader::idle() const {
    const Config config = with_defaults();
    std::vector<Idle> idle;
    for (const Key& key : config_keys()) {
        const auto found = given_.find(key.full());
        if (found == given_.end() || key.speaks_to(config)) continue;
        const bool dropped = is_stage_section(key.section); // with what was said to it
        const KeyValue value = dropped ? said_.at(key.full()) : key.get(config);
        if (value == KeyValue(false) || value == KeyValue(0.0))
            continue; // switched off: nothing is lost
        idle.push_back({&key, found->second, value_text(value)});
    }
    return idle;
}

std::string Idle::text() const {
    return fmt::format("{}: {} = {} has no effect: it speaks to {}", where, key->full(), value,
                       key->when.text);
}

/// Runs work; what it throws is of a key.
template <class Work>
void ConfigReader::at_key(const std::string& key, const std::string& who, const Work& work) const {
    try {
        work();
    } catch (const Error& error) {
        throw Error(fmt::format("{}: {}{}", where(key), who, error.what()));
    }
}

/// What is said to the chosen part, as it takes it; another part may have taken more.
void ConfigReader::accept_options(const ChoiceKey& choice, Config& config) const {
    const Part* part = choice.part(config);
    for (auto& [name, value] : choice.choice(config).options) {
        const Option* option = part->option(name);
        const auto accepted = option->accept(value);
        if (!accepted) {
            const std::string full = choice.section + "." + name;
            throw Error(fmt::format("{}: {}: expected {}, found {}", where(full), full,
                                    option->expected, one_line(value_text(value))));
        }
        value = *accepted;
    }
    if (!part->check) return;
    const Options& said = choice.of(config).options;
    const std::string key =
        said.empty() ? choice.full() : choice.section + "." + said.begin()->first;
    at_key(key, part->name + ": ", [&] { part->check(said); });
}

std::vector<Measure> ConfigReader::measures() const {
    std::vector<Measure> measures;
    at_key("model.metrics", "", [&] { measures = measures_of(config_.model.metrics); });
    return measures;
}

Config ConfigReader::finish() const {
    Config config = with_defaults();
    for (const Key& key : config_keys()) { // what has no effect is as if it were not there
        if (key.speaks_to(config)) continue;
        if (key.forget)
            key.forget(config);
        else
            key.set(config, key.fallback(config));
    }
    for (const ChoiceKey& choice : choice_keys()) accept_options(choice, config);
    (void)measures();
    try {
        check_stages(config);
    } catch (const Error& error) {
        throw Error(where("stage.name") + ": " + error.what());
    }
    if (config.client.l2 != 0.0 && config.client.weight_decay != 0.0)
        throw Error(
            fmt::format("{}: client.l2: expected 0 beside client.weight_decay = {}, found {}",
                        where("client.l2"), config.client.weight_decay, config.client.l2));
    const PartitionEntry& partition = partitions().at(config.data.partition.name);
    if (partition.counts && config.data.clients == 0)
        throw Error(where("data.clients") + ": data.clients: expected at least 1, found 0, which "
                                            "is every user of partition = \"natural\"");
    for (const Option& option : partition.options)
        if (option.required &&
            partition.value(option.name, config.data.partition.options) == option.fallback)
            throw Error(fmt::format("{}: data.{}: expected the file of partition = \"{}\", found "
                                    "none",
                                    where("data.partition"), option.name, partition.name));
    if (config.data.clients != 0 && config.client.cohort > config.data.clients)
        throw Error(
            fmt::format("{}: client.cohort: expected at most data.clients = {}, found {}",
                        where(given_.contains("client.cohort") ? "client.cohort" : "data.clients"),
                        config.data.clients, config.client.cohort));
    return config;
}

} // namespace fedmrn
