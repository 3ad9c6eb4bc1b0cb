// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/message/table.hpp"
#include "engine/message/view.hpp"
#include "fedmrn/error.hpp"

namespace fedmrn::wire {

/// Everything that must hold of a message's values, the same for sender and receiver. Throws Error;
/// not_finite is whose mistake an infinite or NaN value is: the sender's run, the receiver's input.
void check_values(const MessageView& message, const Extent& extent, Fault not_finite);

} // namespace fedmrn::wire
