// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <string>
#include <vector>

#include "engine/config/schema.hpp"

// What keys speak to, for the table in config_keys.cpp.
namespace fedmrn::keys {

/// "method.name = topk or stc", of words that stand for enumerators.
template <auto Section, auto Field, class T>
Condition one_of(std::string key, const std::vector<std::pair<T, const char*>>& values) {
    std::string text = std::move(key) + " = ";
    std::vector<T> allowed;
    for (std::size_t i = 0; i < values.size(); ++i) {
        text += i == 0 ? "" : i + 1 == values.size() ? " or " : ", ";
        text += values[i].second;
        allowed.push_back(values[i].first);
    }
    return {text, [allowed](const Config& c) {
                return std::find(allowed.begin(), allowed.end(), c.*Section.*Field) !=
                       allowed.end();
            }};
}

inline Condition method(const std::vector<std::pair<MethodName, const char*>>& names) {
    return one_of<&Config::method, &MethodConfig::name>("method.name", names);
}
inline Condition partition(const std::vector<std::pair<Partition, const char*>>& names) {
    return one_of<&Config::data, &DataConfig::partition>("data.partition", names);
}
inline Condition optimizer(const std::vector<std::pair<ServerOptimizer, const char*>>& names) {
    return one_of<&Config::server, &ServerConfig::optimizer>("server.optimizer", names);
}

inline Condition both(const Condition& a, const Condition& b) {
    return {a.text + " and " + b.text,
            [a, b](const Config& c) { return a.holds(c) && b.holds(c); }};
}

} // namespace fedmrn::keys
