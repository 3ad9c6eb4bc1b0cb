// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stdexcept>
#include <string>

namespace simt {

/// A mistake that a GPU may answer with a hang or with silence: told at once, by name and line.
struct Error : std::runtime_error {
    using runtime_error::runtime_error;
};

/// Where a collective was called: std::source_location, also for clang < 16.
struct Where {
    const char* file = "";
    unsigned line = 0;
    static constexpr Where here(const char* file = __builtin_FILE(),
                                unsigned line = __builtin_LINE()) {
        return {file, line};
    }
    [[nodiscard]] std::string text() const {
        return std::string(file) + ":" + std::to_string(line);
    }
};

} // namespace simt
