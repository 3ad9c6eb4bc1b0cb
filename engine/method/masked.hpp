// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "fedmrn/message.hpp"
#include "fedmrn/model.hpp"

namespace fedmrn {

/// The masked tensors of a layout, in their order.
inline std::vector<TensorSpec> masked_tensors(const ParameterLayout& layout) {
    std::vector<TensorSpec> masked;
    for (const TensorSpec& tensor : layout.tensors) {
        if (tensor.role == Role::masked) {
            masked.push_back(tensor);
        }
    }
    return masked;
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
