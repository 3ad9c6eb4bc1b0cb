// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>

#include "engine/method/registry.hpp"

namespace fedmrn::test {

/// What is said to a method, or its default: as double, std::int64_t, bool or std::string.
template <class T> T option(const Choice& choice, const std::string& key) {
    return std::get<T>(methods().at(choice.name).value(key, choice.options));
}

} // namespace fedmrn::test
