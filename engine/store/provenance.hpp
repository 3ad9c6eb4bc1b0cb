// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "fedmrn/device_kind.hpp"
#include "fedmrn/metrics.hpp"

namespace fedmrn {

/// Of this program on a device of this machine; started and finished are left to the caller.
Provenance provenance_of(DeviceKind device);

/// The time now, "2026-01-31T12:00:00Z".
std::string utc_now();

} // namespace fedmrn
