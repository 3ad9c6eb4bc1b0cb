// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>
#include <vector>

#include "engine/message/view.hpp"
#include "fedmrn/model.hpp"
#include "kernels/select.hpp"

namespace fedmrn {

/// What the methods share that send some of the masked tensors' elements, the largest of all of
/// them together: k on the host, the rest on the device.

/// ⌈share · elements⌉, at least one of any.
std::size_t kept_of(double share, std::size_t elements);

/// Queues the selection of the k largest of each client's masked elements; the sources need no
/// thresholds.
void queue_selection(Device& device, const ParameterLayout& layout, std::size_t k,
                     std::vector<kernels::SelectSource> sources);

/// What a message says of its selected elements.
enum class SelectedAs {
    values, ///< the first k of its float32 values
    signs   ///< the first of its scales, with the signs that begin its codes
};

/// The messages' selected elements at their places in updates [messages][state], and zeros at those
/// of the other masked ones.
void scatter(Device& device, const ParameterLayout& layout, SelectedAs as, std::size_t k,
             std::span<const MessageView> messages, DevicePointer<float> updates);

} // namespace fedmrn
