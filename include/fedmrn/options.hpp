// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <variant>

#pragma GCC visibility push(default)
namespace fedmrn {

/// What a key can be set to.
using KeyValue = std::variant<bool, std::int64_t, double, std::string>;

/// Values by their keys. What is not there has its default.
using Options = std::map<std::string, KeyValue, std::less<>>;

/// A part of an experiment by its registered name, with what is said to it:
/// {"qsgd", {{"levels", 7}}}. Which options a part has, `fedmrn keys` and its registry say; others,
/// and values that it does not take, are refused where it is made.
struct Choice {
    std::string name;
    Options options = {};

    Choice() = default;
    Choice(std::string part, Options said = {}) // NOLINT(google-explicit-constructor)
        : name(std::move(part)), options(std::move(said)) {}
    Choice(const char* part) : name(part) {} // NOLINT(google-explicit-constructor)

    KeyValue& operator[](std::string_view key) { return options[std::string(key)]; }
    bool operator==(const Choice&) const = default;
};

} // namespace fedmrn
#pragma GCC visibility pop
