// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <ranges>
#include <vector>

#include "fedmrn/message.hpp"
#include "fedmrn/model.hpp"

namespace fedmrn {

/// The masked tensors of a layout, in their order.
inline auto masked_tensors(const ParameterLayout& layout) {
    return layout.tensors |
           std::views::filter([](const TensorSpec& tensor) { return tensor.role == Role::masked; });
}

/// Their entries in the table of a message that has a bit for each element.
inline std::vector<TensorEntry> mask_entries(const ParameterLayout& layout) {
    std::vector<TensorEntry> entries;
    for (const TensorSpec& tensor : masked_tensors(layout)) {
        entries.push_back({Encoding::mask, tensor.elements()});
    }
    return entries;
}

} // namespace fedmrn
