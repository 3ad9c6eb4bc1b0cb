// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace fedmrn {

/// 1234567 as "1,234,567".
std::string grouped(std::uint64_t value);

/// "1 round", "1,234 rounds"
std::string counted(std::uint64_t count, std::string_view what);

/// The same for messages about a file, where figures stand as they are: "1 byte", "1234 bytes"
std::string plural(std::uint64_t count, std::string_view what);

} // namespace fedmrn
