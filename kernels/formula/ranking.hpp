// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "kernels/formula/qualifiers.hpp"

namespace fedmrn::formula {

/// Whether class c of logit z ranks before the label, another class: a larger logit does, an equal
/// one where it comes first, and one that is not a number always; so no label's logit that is not a
/// number is taken for a large one.
FEDMRN_FORMULA bool ranks_before(float z, std::uint32_t c, float of_label, std::uint32_t label) {
    return c != label && !(z < of_label || (z == of_label && c > label));
}

} // namespace fedmrn::formula
