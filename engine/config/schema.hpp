// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <variant>

#include "fedmrn/config.hpp"

namespace fedmrn {

/// What a TOML file can say about one key.
using Value = std::variant<bool, std::int64_t, double, std::string>;

/// The choices that a key speaks to, as a text and as a test.
struct Condition {
    std::string text; ///< "data.partition = labeldir"
    std::function<bool(const Config&)> holds;
};

/// A default that follows other keys.
struct Preset {
    std::string text; ///< "0.1 with fedmrn and fedpm, else 0.03"
    std::function<Value(const Config&)> value;
};

/// One key of the configuration. The table of all of them drives parsing, --set, writing, the texts
/// of errors, defaults, what has no effect, the comparison of two configurations and docs/keys.md;
/// a new key is one entry in it.
struct Key {
    std::string section, name;
    std::string expected; ///< "an integer in 1 … 65536"
    std::function<Value(const Config&)> get;
    std::function<bool(Config&, const Value&)> set; ///< false: the value is not what is expected
    std::string help;                               ///< one line
    Condition when{};    ///< where it has an effect; without a test: everywhere
    Preset preset{};     ///< without one: as in Config{}
    bool decides = true; ///< false: changes no result, free on resume
    [[nodiscard]] std::string full() const { return section + "." + name; }
    [[nodiscard]] bool speaks_to(const Config& config) const {
        return !when.holds || when.holds(config);
    }
    /// What it is where nobody says it.
    [[nodiscard]] Value fallback(const Config& config) const {
        return preset.value ? preset.value(config) : get(Config{});
    }
};

/// In the order in which they are written, section by section.
std::span<const Key> config_keys();

/// Null where there is none.
const Key* find_key(std::string_view section, std::string_view name);

/// A value as TOML writes it; it reads back to the same value, doubles to the same bits.
std::string value_text(const Value& value);

/// Every key with what it takes, its default, what it speaks to and its help: as plain text of the
/// keys whose full name contains part, or as docs/keys.md.
std::string keys_text(std::string_view part);
std::string keys_markdown();

} // namespace fedmrn
