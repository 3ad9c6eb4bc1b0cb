// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "fedmrn/model.hpp"

namespace fedmrn::test {

/// Of the logits that a model's first loss looks at.
inline std::size_t classes_of(const Model& model) {
    return model.values[model.losses.at(0).in.at(0)].elements();
}

} // namespace fedmrn::test
