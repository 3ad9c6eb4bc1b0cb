// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

namespace fedmrn {

/// The methods' numbers in a message, see docs/message.md.
enum class MethodName : std::uint8_t {
    fedavg,
    fedmrn,
    signsgd,
    terngrad,
    qsgd,
    topk,
    drive,
    eden,
    fedpm,
    fedsparsify,
    fedbat,
    fedmud,
    stc,
    powersgd
};

} // namespace fedmrn
