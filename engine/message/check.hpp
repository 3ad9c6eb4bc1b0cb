// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/message/table.hpp"
#include "engine/message/view.hpp"
#include "fedmrn/error.hpp"

namespace fedmrn::wire {

/// Everything that must hold of a message's values, the same for sender and receiver, but that the
/// float32 values are finite: who passes over them sees that on the way. Throws Error; not_finite
/// is whose mistake an infinite or NaN value is: the sender's run, the receiver's input.
void check_values(const MessageView& message, const Extent& extent, Fault not_finite);

/// Whether all float32 values that stand there are finite numbers.
bool finite(std::span<const std::byte> values);
/// Throws the Error that names the first of the message's float32 values that is none.
[[noreturn]] void reject_not_finite(const MessageView& message, Fault not_finite);

} // namespace fedmrn::wire
