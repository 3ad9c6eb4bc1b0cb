// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <toml++/toml.h>

#include "engine/config/schema.hpp"
#include "fedmrn/measure.hpp"

namespace fedmrn {

struct ChoiceKey;

/// Throws Error with file and line where text is no TOML.
toml::table parse_toml(std::string_view text, const std::string& file);

/// toml++ sorts a table by name; errors should come in the order of the lines.
std::vector<std::pair<std::string_view, const toml::node*>> by_line(const toml::table& table);

/// A value as an error shows it.
std::string found_text(const toml::node& node);

/// A key that was given and has no effect with the choices made.
struct Idle {
    const Key* key = nullptr;
    std::string where, value;
    /// "x.toml:5: data.beta = 0.1 has no effect: it speaks to data.partition = labeldir"
    [[nodiscard]] std::string text() const;
};

/// Every key and value on its way into a configuration, and where each came from. A copy goes on
/// from the same keys.
class ConfigReader {
public:
    explicit ConfigReader(std::string file) : file_(std::move(file)) {}

    void sections(const toml::table& root, std::string_view but_for = {});
    void override_with(const std::string& argument); ///< "section.key=value"
    /// Tables [[stage]], in the place of those that there were.
    void stages(const toml::node& node);
    void assign(const std::string& where, const Key& key, const toml::node& node);
    /// With the defaults of what is not given; what has no effect is left at its default.
    [[nodiscard]] Config finish() const;
    /// Full keys that were given, and where.
    [[nodiscard]] const std::map<std::string, std::string>& given() const { return given_; }
    /// Keys that were given for nothing, in the table's order.
    [[nodiscard]] std::vector<Idle> idle() const;

    /// What the model is judged by: its metrics. Throws Error for names that there are not.
    [[nodiscard]] std::vector<Measure> measures() const;

    /// "x.toml:12"
    [[nodiscard]] std::string line(const toml::node& node) const;

private:
    void section(std::string_view name, const toml::node& node);
    void stage(const toml::table& table);
    [[nodiscard]] std::string where(const std::string& key) const;
    [[nodiscard]] Config with_defaults() const;
    template <class Work>
    void at_key(const std::string& key, const std::string& who, const Work& work) const;
    void accept_options(const ChoiceKey& choice, Config& config) const;

    std::string file_;
    Config config_;
    std::map<std::string, std::string> given_; ///< full key: its place
    std::map<std::string, KeyValue> said_;     ///< and its value, as it was written
};

} // namespace fedmrn
