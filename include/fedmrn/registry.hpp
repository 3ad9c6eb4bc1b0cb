// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <deque>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "fedmrn/part.hpp"

#pragma GCC visibility push(default)
namespace fedmrn {

/// Throws Error, one line: part is no name of key's parts; says which there are, and the nearest.
[[noreturn]] void unknown_part(const std::string& key, std::string_view name,
                               const std::vector<const Part*>& parts);
/// Throws Error where a part cannot be registered beside the others.
void check_new_part(const std::string& key, const Part& part,
                    const std::vector<const Part*>& parts);

/// Throws Error: part's number on the wire is the other's.
[[noreturn]] void taken_number(const std::string& key, const Part& part, const Part& other,
                               unsigned number);

/// Parts of one kind by their names. Entry is a Part with a factory. Adding is for the beginning of
/// a program, before threads and configurations look.
template <class Entry> class Registry {
public:
    /// key: what names them, "method.name".
    Registry(std::string key, std::vector<Entry> entries) : key_(std::move(key)) {
        for (Entry& entry : entries) {
            add(std::move(entry));
        }
    }

    /// Throws Error where the name, or a number on the wire, is taken.
    void add(Entry entry) {
        check_new_part(key_, entry, parts());
        if constexpr (requires { entry.wire; }) {
            for (const Entry& other : entries_) {
                const std::optional<unsigned> number = entry.wire, taken = other.wire;
                if (number && number == taken) { // of parts that have one
                    taken_number(key_, entry, other, *number);
                }
            }
        }
        entries_.push_back(std::move(entry));
    }
    /// Null where there is none.
    [[nodiscard]] const Entry* find(std::string_view name) const {
        for (const Entry& entry : entries_) {
            if (entry.name == name) {
                return &entry;
            }
        }
        return nullptr;
    }
    /// Throws Error where there is none.
    [[nodiscard]] const Entry& at(std::string_view name) const {
        const Entry* found = find(name);
        if (found == nullptr) {
            unknown_part(key_, name, parts());
        }
        return *found;
    }
    /// The entry of a choice whose options have been checked. Throws Error.
    [[nodiscard]] const Entry& checked(const Choice& choice) const {
        const Entry& entry = at(choice.name);
        check_options(entry, choice.options, key_);
        return entry;
    }
    [[nodiscard]] const std::deque<Entry>& all() const { return entries_; }
    [[nodiscard]] std::vector<const Part*> parts() const {
        std::vector<const Part*> parts;
        for (const Entry& entry : entries_) {
            parts.push_back(&entry);
        }
        return parts;
    }

private:
    std::string key_;
    std::deque<Entry> entries_; ///< a deque: references stay
};

} // namespace fedmrn
#pragma GCC visibility pop
