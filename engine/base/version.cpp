// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#include "fedmrn/version.hpp"

namespace fedmrn {

const char* version() noexcept { return FEDMRN_VERSION; }

} // namespace fedmrn
