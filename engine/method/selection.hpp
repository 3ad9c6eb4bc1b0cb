// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>

#include "engine/method/method.hpp"
#include "kernels/select.hpp"

namespace fedmrn {

/// What the methods share that send some of the masked tensors' elements, the largest of all of
/// them together: k on the host, the rest on the device.

/// ⌈share · elements⌉, at least one of any.
std::size_t kept_of(double share, std::size_t elements);

/// Which elements of each client are kept, and their values in the order of their indices.
struct Selection {
    Buffer<std::uint32_t> words; ///< [clients][⌈masked / 32⌉]
    Buffer<float> kept;          ///< [clients][k]
};

/// Queues the selection of the k largest of each client's masked elements: of its update, or of the
/// weights that it trained.
enum class SelectFrom { update, weights };
Selection queue_selection(Device& device, const ParameterLayout& layout, SelectFrom from,
                          std::span<const TrainedClient> clients, std::size_t k);

/// What a message says of its selected elements.
enum class SelectedAs {
    values, ///< the first k of its float32 values
    signs   ///< the first of its scales, with the signs that begin its codes
};

/// sum [masked] += Σ N_k · the messages' selected elements at their places. Throws Error
/// (Fault::run) for one too large to be sane.
void add_selected(Device& device, const ParameterLayout& layout, SelectedAs as, std::size_t k,
                  std::span<const Message> messages, formula::Wide* sum);

} // namespace fedmrn
