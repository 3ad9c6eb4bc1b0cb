// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#pragma GCC visibility push(default)
namespace fedmrn {

/// "major.minor.patch"
const char* version() noexcept;

} // namespace fedmrn
#pragma GCC visibility pop
