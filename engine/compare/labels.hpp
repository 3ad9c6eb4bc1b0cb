// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace fedmrn {

/// A label as the name of a file: "FedMRN, signed" becomes "fedmrn-signed"; letters of other
/// scripts stay. Empty where nothing of it can stand in a name.
std::string file_name_of(std::string_view label);

/// Different labels as different names of files: where the plain names would be empty, too long or
/// the same, a label's checksum is added.
std::vector<std::string> file_names_of(std::span<const std::string> labels);

} // namespace fedmrn
