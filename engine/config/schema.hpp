// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <span>
#include <string>
#include <string_view>

#include "fedmrn/config.hpp"
#include "fedmrn/part.hpp"

namespace fedmrn {

/// One key of the configuration: of a section, of a choice of a part, or an option of the parts
/// that may be chosen. The table of all of them drives parsing, --set, writing, the texts of
/// errors, defaults, what has no effect, the comparison of two configurations and docs/keys.md.
struct Key {
    std::string section, name;
    std::string expected; ///< "an integer in 1 … 65536"
    std::function<KeyValue(const Config&)> get;
    std::function<bool(Config&, const KeyValue&)> set; ///< false: the value is not what is expected
    std::string help;                                  ///< one line
    Condition when{};     ///< where it has an effect; without a test: everywhere
    Preset preset{};      ///< without one: as in Config{}
    bool decides = true;  ///< false: changes no result, free on resume
    bool is_text = false; ///< its values are strings
    bool list = false;    ///< which may also be written as an array of them
    bool written = true;  ///< false: to_toml leaves it out where it is its default
    /// Of an option: nobody has said it. Without one: it is no option.
    std::function<void(Config&)> forget{};
    [[nodiscard]] std::string full() const { return section + "." + name; }
    [[nodiscard]] bool speaks_to(const Config& config) const {
        return !when.holds || when.holds(config);
    }
    /// What it is where nobody says it.
    [[nodiscard]] KeyValue fallback(const Config& config) const {
        return preset.value ? preset.value(config) : get(Config{});
    }
};

/// In the order in which they are written, section by section.
std::span<const Key> config_keys();

/// Null where there is none.
const Key* find_key(std::string_view section, std::string_view name);

/// Every key with what it takes, its default, what it speaks to and its help: as plain text of the
/// keys whose full name contains part, or as docs/keys.md.
std::string keys_text(std::string_view part);
std::string keys_markdown();

} // namespace fedmrn
