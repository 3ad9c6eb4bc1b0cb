// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "kernels/formula/qualifiers.hpp"

namespace fedmrn::formula {

FEDMRN_FORMULA float weighted_sum(float alpha, float a, float beta, float b) {
    return alpha * a + beta * b;
}

} // namespace fedmrn::formula
