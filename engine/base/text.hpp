// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "engine/base/words.hpp"
#include "fedmrn/measure.hpp"

namespace fedmrn {

/// "56.3 kB", "1.13 MB": three figures, powers of 1000.
std::string bytes_text(double bytes);

/// "0:42", "1:02:03"
std::string duration_text(double seconds);

/// 0.88123 as "88.12 %"
std::string percent_text(double fraction);

/// A measure's value: "88.12 %" of a fraction, "0.3412" of a number.
std::string measured_text(Unit unit, double value);

/// Text between the tags of XML.
std::string xml_text(std::string_view text);

/// A field of a CSV file, RFC 4180.
std::string csv_text(const std::string& text);

/// Line breaks and other control characters become spaces: an Error is one line.
std::string one_line(std::string_view text);

bool valid_utf8(std::string_view text);

} // namespace fedmrn
