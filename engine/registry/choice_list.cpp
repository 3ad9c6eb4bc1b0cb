// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#include "fedmrn/choice_list.hpp"

#include <charconv>
#include <optional>

#include <fmt/format.h>

#include "engine/base/text.hpp"
#include "fedmrn/error.hpp"
#include "fedmrn/part.hpp"

namespace fedmrn {
namespace {

/// All of a text as a number; nothing: it is none.
template <class T> std::optional<T> number(std::string_view text) {
    T value{};
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    return error == std::errc() && end == text.data() + text.size() ? std::optional(value)
                                                                    : std::nullopt;
}

KeyValue word_value(std::string_view word) {
    if (word == "true" || word == "false") return word == "true";
    if (const auto whole = number<std::int64_t>(word)) return *whole;
    if (const auto real = number<double>(word)) return *real;
    return std::string(word);
}

class ListReader {
public:
    explicit ListReader(std::string_view text) : text_(text) {}

    std::vector<Choice> read() {
        std::vector<Choice> choices;
        if (next() == end) return choices;
        do {
            place_ = choices.size() + 1;
            Choice& choice = choices.emplace_back(word("a name"));
            if (take('(')) options(choice);
        } while (take(','));
        if (next() != end) refuse(", or the end");
        return choices;
    }

private:
    static constexpr char end = '\0';

    void options(Choice& choice) {
        if (take(')')) return;
        do {
            const std::string name = word("the name of an option");
            if (!take('=')) refuse("= after " + name);
            if (!choice.options.emplace(name, value()).second) refuse(name + " once");
        } while (take(','));
        if (!take(')')) refuse(", or )");
    }

    /// What comes after blanks.
    char next() {
        while (at_ < text_.size() && (text_[at_] == ' ' || text_[at_] == '\t' ||
                                      text_[at_] == '\n' || text_[at_] == '\r')) {
            ++at_;
        }
        return at_ < text_.size() ? text_[at_] : end;
    }
    bool take(char c) {
        const bool there = next() == c;
        at_ += there ? 1 : 0;
        return there;
    }
    std::string word(const char* what) {
        constexpr std::string_view own = ",()=\"' \t\n\r"; // a list's own
        next();
        const std::size_t begin = at_;
        while (at_ < text_.size() && own.find(text_[at_]) == own.npos) ++at_;
        if (at_ == begin) refuse(what);
        return std::string(text_.substr(begin, at_ - begin));
    }
    KeyValue value() {
        if (const char quote = next(); quote == '"' || quote == '\'') {
            const std::size_t close = text_.find(quote, at_ + 1);
            if (close == text_.npos) refuse("a text that ends");
            std::string text(text_.substr(at_ + 1, close - at_ - 1));
            at_ = close + 1;
            return text;
        }
        return word_value(word("a value"));
    }
    [[noreturn]] void refuse(const std::string& expected) {
        const std::string rest = one_line(text_.substr(std::min(at_, text_.size())));
        throw Error(fmt::format("part {} of the list: expected {}, found {}", place_, expected,
                                rest.empty() ? "its end" : rest));
    }

    std::string_view text_;
    std::size_t at_ = 0, place_ = 1;
};

} // namespace

std::vector<Choice> read_choices(std::string_view text) { return ListReader(text).read(); }

std::string choices_text(const std::vector<Choice>& choices) {
    std::string text;
    for (const Choice& choice : choices) {
        text += (text.empty() ? "" : ", ") + choice.name;
        std::string options;
        for (const auto& [name, value] : choice.options) {
            // A text in single quotes: lists stand in texts of TOML.
            const auto* words = std::get_if<std::string>(&value);
            options += fmt::format("{}{}={}", options.empty() ? "" : ", ", name,
                                   words != nullptr ? "'" + *words + "'" : value_text(value));
        }
        if (!options.empty()) text += "(" + options + ")";
    }
    return text;
}

std::string place_text(std::size_t i, const Choice& choice) {
    return fmt::format("{}, {}", i + 1, choice.name);
}

} // namespace fedmrn
