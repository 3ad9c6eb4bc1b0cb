// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <utility>
#include <vector>

#include "engine/method/dense.hpp"
#include "engine/method/payload.hpp"

namespace fedmrn {

/// A message whose masked tensors are a bit an element: FedMRN's and FedPM's.

constexpr std::size_t mask_words(std::size_t elements) { return (elements + 31) / 32; }

inline std::vector<TensorEntry> mask_table(const ParameterLayout& layout) {
    std::vector<TensorEntry> table;
    for (const TensorSpec& tensor : layout.tensors) {
        if (tensor.role == Role::masked) {
            table.push_back({Encoding::mask, tensor.elements()});
        }
    }
    append_dense_table(layout, layout.masked, table);
    return table;
}

/// The messages, completed by what is on its way: masks [clients][mask_words(masked)] and the other
/// parameters' changes [clients][state − masked].
inline PendingMessages pending_masks(Device& device, const ParameterLayout& layout,
                                     const Buffer<std::uint32_t>& masks,
                                     const Buffer<float>& changes, std::vector<Message> messages) {
    return [mask = Payload(device, masks, mask_words(layout.masked)),
            change = Payload(device, changes, layout.state - layout.masked),
            messages = std::move(messages)]() mutable {
        for (std::size_t k = 0; k < messages.size(); ++k) {
            messages[k].mask = mask.of(k);
            messages[k].dense = change.of(k);
        }
        return std::move(messages);
    };
}

} // namespace fedmrn
