// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "fedmrn/config_file.hpp"

namespace fedmrn {

/// Throws Error, naming the first key that differs and both values, unless now can continue the run
/// that stored began: nothing that decides results differs.
void require_same_run(const Config& stored, const Config& now, const std::string& folder);

} // namespace fedmrn
