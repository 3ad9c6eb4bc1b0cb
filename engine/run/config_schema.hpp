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

/// One key of the configuration. The table of all of them drives parsing, --set, writing, the texts
/// of errors and the comparison of two configurations; a new key is one line in it.
struct Key {
    std::string section, name;
    std::string expected; ///< "an integer in 1 … 65536"
    std::function<Value(const Config&)> get;
    std::function<bool(Config&, const Value&)> set; ///< false: the value is not what is expected
    bool decides = true;                            ///< false: changes no result, free on resume
    [[nodiscard]] std::string full() const { return section + "." + name; }
};

/// In the order in which they are written, section by section.
std::span<const Key> config_keys();

/// Null where there is none.
const Key* find_key(std::string_view section, std::string_view name);

/// A value as TOML writes it; it reads back to the same value, doubles to the same bits.
std::string value_text(const Value& value);

} // namespace fedmrn
