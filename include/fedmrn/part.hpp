// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "fedmrn/options.hpp"

#pragma GCC visibility push(default)
namespace fedmrn {

struct Config;

/// The choices that a key speaks to, as a text and as a test.
struct Condition {
    std::string text;                              ///< "client.schedule = inverse"
    std::function<bool(const Config&)> holds = {}; ///< without one: always
};

/// A default that follows other keys.
struct Preset {
    std::string text; ///< "1.0; 0.01 with adam and yogi"
    std::function<KeyValue(const Config&)> value = {};
};

/// One key of a part.
struct Option {
    std::string name;
    std::string expected; ///< "an integer in 1 … 1024"
    std::string help;     ///< one line
    KeyValue fallback;    ///< its default
    /// A value as the option keeps it (a number may be written as an integer); nothing: it is not
    /// what is expected.
    std::function<std::optional<KeyValue>(const KeyValue&)> accept;
    Condition when = {};                                 ///< where it has an effect
    Preset preset = {};                                  ///< a default that follows any keys
    std::function<KeyValue(const Options&)> follow = {}; ///< or the part's own; text: preset's
    bool required = false; ///< its default means that nobody said it, which will not do
    bool decides = true;   ///< false: changes no result
    bool list = false;     ///< a list of parts, which a file may write as an array of texts too
    bool written = true;   ///< false: where it is its default, files that are written leave it out

    /// Where nobody says it, beside what is said to the part.
    [[nodiscard]] KeyValue fallback_with(const Options& said) const {
        return follow ? follow(said) : fallback;
    }
};

/// What every registered thing has: a method, a model, a data set, a partition, a server optimiser,
/// a sampler.
struct Part {
    std::string name;  ///< as TOML writes it
    std::string title; ///< as it is printed
    std::string help;  ///< one line
    std::vector<Option> options = {};
    /// The title with what is said: "QSGD (127 levels)". Without one: the title alone.
    std::function<std::string(const Options&)> label = {};

    /// Throws Error for options that do not fit together, each of which is taken alone.
    std::function<void(const Options&)> check = {};

    [[nodiscard]] std::string text(const Options& said) const {
        return label ? label(said) : title;
    }
    /// Null where there is none.
    [[nodiscard]] const Option* option(std::string_view key) const;
    /// What is said, or its default.
    [[nodiscard]] KeyValue value(std::string_view key, const Options& said) const;
};

/// Throws Error, one line, for options that the part does not have and for values that they do not
/// take. where: the key that names the part, "method.name".
void check_options(const Part& part, const Options& said, const std::string& where);

/// A value as TOML writes it; it reads back to the same value, doubles to the same bits.
std::string value_text(const KeyValue& value);

} // namespace fedmrn
#pragma GCC visibility pop
