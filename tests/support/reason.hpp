// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>

#include <gtest/gtest.h>

#include "fedmrn/error.hpp"

namespace fedmrn::test {

/// What the call throws; nothing if it returns.
template <class Call> std::optional<Error> error_of(const Call& call) {
    try {
        call();
    } catch (const Error& error) {
        return error;
    }
    return std::nullopt;
}

/// Whether the call throws an Error whose text is one line that holds `words`.
template <class Call>
::testing::AssertionResult one_line(const Call& call, const std::string& words,
                                    Fault fault = Fault::input) {
    const std::optional<Error> error = error_of(call);
    if (!error) {
        return ::testing::AssertionFailure() << "no error, expected one about \"" << words << '"';
    }
    const std::string text = error->what();
    if (text.empty() || text.find('\n') != std::string::npos) {
        return ::testing::AssertionFailure() << "expected one line, found \"" << text << '"';
    }
    if (text.find(words) == std::string::npos) {
        return ::testing::AssertionFailure() << '"' << text << "\" does not say \"" << words << '"';
    }
    if (error->fault() != fault) {
        return ::testing::AssertionFailure() << '"' << text << "\" blames the wrong party";
    }
    return ::testing::AssertionSuccess();
}

} // namespace fedmrn::test
