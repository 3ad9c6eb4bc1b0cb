// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "fedmrn/choice_list.hpp"
#include "fedmrn/part.hpp"

#pragma GCC visibility push(default)
namespace fedmrn {

/// Numbers between two ends; "(" and ")" leave the end out.
struct Interval {
    char open;
    double least, most;
    char close;
};

/// Options by the kind of their value, without a default; accept says what a key takes.
Option integer_option(std::string name, std::int64_t least, std::int64_t most, std::string help);
Option number_option(std::string name, Interval range, std::string help);
Option word_option(std::string name, std::vector<std::string> words, std::string help);
Option boolean_option(std::string name, std::string help);
Option text_option(std::string name, std::string help);
/// A list of parts (fedmrn/choice_list.hpp); example: one, for the error.
Option list_option(std::string name, const std::string& example, std::string help);

/// The options of a part as members of a struct T: its defaults are the members' own.
///
///     struct PowerSgdOptions { std::uint32_t rank = 4, iterations = 2; };
///     const auto schema = Schema<PowerSgdOptions>()
///         .integer("rank", &PowerSgdOptions::rank, 1, 1024, "rank of the factors")
///         .integer("iterations", &PowerSgdOptions::iterations, 1, 64, "of the power method");
///     const PowerSgdOptions said = schema.read({{"rank", 2}});
template <class T> class Schema {
    template <class Member>
    using Held = std::remove_cvref_t<decltype(std::declval<T&>().*std::declval<Member>())>;

public:
    struct Field {
        Option option;
        std::function<KeyValue(const T&)> get;
        std::function<void(T&, const KeyValue&)> set;  ///< of a value that option.accept made
        std::function<KeyValue(const T&)> follow = {}; ///< a default that follows other members
    };

    template <class Member>
    Schema& integer(std::string name, Member member, std::int64_t least, std::int64_t most,
                    std::string help) {
        using Type = Held<Member>;
        return add(
            integer_option(std::move(name), least, most, std::move(help)),
            [member](const T& part) { return KeyValue(static_cast<std::int64_t>(part.*member)); },
            [member](T& part, const KeyValue& value) {
                part.*member = static_cast<Type>(std::get<std::int64_t>(value));
            });
    }
    template <class Member>
    Schema& number(std::string name, Member member, Interval range, std::string help) {
        return add(
            number_option(std::move(name), range, std::move(help)),
            [member](const T& part) { return KeyValue(part.*member); },
            [member](T& part, const KeyValue& value) { part.*member = std::get<double>(value); });
    }
    template <class Member> Schema& boolean(std::string name, Member member, std::string help) {
        return add(
            boolean_option(std::move(name), std::move(help)),
            [member](const T& part) { return KeyValue(part.*member); },
            [member](T& part, const KeyValue& value) { part.*member = std::get<bool>(value); });
    }
    template <class Member> Schema& text(std::string name, Member member, std::string help) {
        return add(
            text_option(std::move(name), std::move(help)),
            [member](const T& part) { return KeyValue(part.*member); },
            [member](T& part, const KeyValue& value) {
                part.*member = std::get<std::string>(value);
            });
    }
    /// Parts in a row: the member is a vector of choices.
    template <class Member>
    Schema& list(std::string name, Member member, const std::string& example, std::string help) {
        return add(
            list_option(std::move(name), example, std::move(help)),
            [member](const T& part) { return KeyValue(choices_text(part.*member)); },
            [member](T& part, const KeyValue& value) {
                part.*member = read_choices(std::get<std::string>(value));
            });
    }
    /// An enumeration: each word with its enumerator, every one that the member can have.
    template <class Member>
    Schema& word(std::string name, Member member,
                 const std::vector<std::pair<std::string, Held<Member>>>& words, std::string help) {
        std::vector<std::string> names;
        for (const auto& [text, value] : words) {
            names.push_back(text);
        }
        return add(
            word_option(std::move(name), std::move(names), std::move(help)),
            [member, words](const T& part) {
                for (const auto& [text, value] : words) {
                    if (value == part.*member) {
                        return KeyValue(text);
                    }
                }
                return KeyValue(std::string());
            },
            [member, words](T& part, const KeyValue& value) {
                for (const auto& [text, named] : words) {
                    if (text == std::get<std::string>(value)) {
                        part.*member = named;
                    }
                }
            });
    }

    // Of the option before.
    Schema& when(const Condition& condition) {
        fields_.back().option.when = condition;
        return *this;
    }
    Schema& preset(std::string text, std::function<KeyValue(const Config&)> value) {
        fields_.back().option.preset = {std::move(text), std::move(value)};
        return *this;
    }
    /// A default that follows members declared before.
    Schema& follows(const std::string& text, std::function<KeyValue(const T&)> value) {
        fields_.back().option.preset.text = text;
        fields_.back().follow = std::move(value);
        return *this;
    }
    Schema& required() {
        fields_.back().option.required = true;
        return *this;
    }
    Schema& unwritten() {
        fields_.back().option.written = false;
        return *this;
    }
    Schema& free() {
        fields_.back().option.decides = false;
        return *this;
    }

    [[nodiscard]] const std::vector<Field>& fields() const { return fields_; }

    [[nodiscard]] std::vector<Option> options() const {
        std::vector<Option> options;
        for (const Field& field : fields_) {
            Option& option = options.emplace_back(field.option);
            if (field.follow) {
                option.follow = [schema = *this, follow = field.follow](const Options& said) {
                    return follow(schema.read(said));
                };
            }
        }
        return options;
    }

    /// What is said, and the defaults of what is not. What does not fit is passed over: it is
    /// check_options that refuses it.
    [[nodiscard]] T read(const Options& said) const {
        T part{};
        for (const Field& field : fields_) {
            const auto found = said.find(field.option.name);
            const auto value = found != said.end() ? field.option.accept(found->second)
                                                   : std::optional<KeyValue>();
            if (value) {
                field.set(part, *value);
            } else if (field.follow) {
                field.set(part, field.follow(part));
            }
        }
        return part;
    }

private:
    Schema& add(Option option, std::function<KeyValue(const T&)> get,
                std::function<void(T&, const KeyValue&)> set) {
        option.fallback = get(T{});
        fields_.push_back({std::move(option), std::move(get), std::move(set)});
        return *this;
    }
    std::vector<Field> fields_;
};

} // namespace fedmrn
#pragma GCC visibility pop
