// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdlib>
#include <string>

namespace fedmrn::test {

/// What the environment says, else what the build knew: tests that were carried to another machine
/// find their files by FEDMRN_TEST_DATA and the program by FEDMRN_BINARY.
inline std::string place(const char* variable, const char* built) {
    const char* given = std::getenv(variable);
    return given && *given ? given : built;
}

/// The folder of the tests.
inline std::string test_data() { return place("FEDMRN_TEST_DATA", FEDMRN_TEST_DATA); }
/// The command line's program.
inline std::string program() { return place("FEDMRN_BINARY", FEDMRN_BINARY); }

} // namespace fedmrn::test
