// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#include "engine/compare/rows.hpp"

#include <algorithm>

#include <fmt/core.h>

#include "engine/base/suggest.hpp"
#include "engine/base/text.hpp"
#include "fedmrn/error.hpp"

namespace fedmrn {
namespace {

using Sections = std::initializer_list<std::string_view>;

/// Several values, of which one is to be chosen; of a key whose value may be a list, one of lists.
const toml::array* list_of(const Change& change) {
    const toml::array* array = change.value->as_array();
    if (array != nullptr && change.key->list && !array->is_homogeneous<toml::array>())
        return nullptr;
    return array;
}

std::string read_label(const ConfigReader& base, const std::string& name, const toml::node& value) {
    const auto* text = value.as_string();
    if (text == nullptr || text->get().find_first_not_of(" \t\r\n") == std::string::npos)
        throw Error(fmt::format("{}: {}.label: expected a string that is not empty, found {}",
                                base.line(value), name, one_line(found_text(value))));
    return one_line(text->get());
}

const Key& read_key(const ConfigReader& base, const std::string& name, Sections sections,
                    std::string_view key_name, const toml::node& value) {
    for (const std::string_view section : sections)
        if (const Key* key = find_key(section, key_name); key != nullptr) return *key;
    std::vector<std::string_view> known{"label"};
    if (name == "compare.method") known.emplace_back("stage");
    for (const std::string_view section : sections)
        for (const Key& k : config_keys())
            if (k.section == section) known.push_back(k.name);
    unknown_compare_key(base.line(value), name, key_name, known);
}

CompareRow read_row(const ConfigReader& base, const std::string& name, const toml::table& table,
                    Sections sections) {
    CompareRow row{"", base.line(table), {}, nullptr};
    for (const auto& [key_name, value] : by_line(table)) {
        if (key_name == "label") {
            row.label = read_label(base, name, *value);
        } else if (key_name == "stage" && name == "compare.method") {
            row.stages = value;
        } else {
            row.changes.push_back({&read_key(base, name, sections, key_name, *value), value});
        }
    }
    return row;
}

void require_choices(const ConfigReader& base, const Change& change, const toml::array& list) {
    const auto refuse = [&](const std::string& found) {
        throw Error(fmt::format("{}: {}: expected {}, or a list of different ones to choose from, "
                                "found {}",
                                base.line(*change.value), change.key->full(), change.key->expected,
                                found));
    };
    if (list.empty()) refuse("an empty list");
    std::vector<std::string> seen;
    for (const toml::node& value : list) {
        seen.push_back(one_line(found_text(value)));
        if (std::count(seen.begin(), seen.end(), seen.back()) > 1) refuse(seen.back() + " twice");
    }
}

} // namespace

std::vector<CompareRow> read_rows(const ConfigReader& base, const std::string& name,
                                  const toml::node& node, Sections sections) {
    const toml::array* array = node.as_array();
    if (array == nullptr || array->empty() || !array->is_homogeneous<toml::table>())
        throw Error(fmt::format("{}: {}: expected rows [[{}]], found {}", base.line(node), name,
                                name, one_line(found_text(node))));
    std::vector<CompareRow> rows;
    for (const toml::node& element : *array)
        rows.push_back(read_row(base, name, *element.as_table(), sections));
    return rows;
}

std::vector<TriedRow> tried_rows(const ConfigReader& base, const CompareRow& row) {
    std::vector<TriedRow> tried{{"", common_row(row)}};
    for (const Change& change : row.changes) {
        const toml::array* list = list_of(change);
        if (list == nullptr) continue;
        require_choices(base, change, *list);
        std::vector<TriedRow> more;
        for (const TriedRow& one : tried)
            for (const toml::node& value : *list) {
                TriedRow& next = more.emplace_back(one);
                next.row.changes.push_back({change.key, &value});
                next.label += fmt::format("{}{} {}", next.label.empty() ? "" : ", ",
                                          change.key->name, one_line(found_text(value)));
            }
        tried = std::move(more);
    }
    return tried;
}

CompareRow common_row(const CompareRow& row) {
    CompareRow common = row;
    std::erase_if(common.changes, [](const Change& c) { return list_of(c) != nullptr; });
    return common;
}

void unknown_compare_key(const std::string& where, const std::string& prefix, std::string_view name,
                         std::span<const std::string_view> known) {
    const std::string_view near = nearest(name, known);
    throw Error(fmt::format("{}: unknown key {}.{}; expected {}{}", where, prefix, one_line(name),
                            alternatives(known),
                            near.empty() ? "" : fmt::format("; did you mean {}?", near)));
}

} // namespace fedmrn
