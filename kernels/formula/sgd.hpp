// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "kernels/formula/qualifiers.hpp"

namespace fedmrn::formula {

/// g + λ·x, the gradient with weight decay of x.
FEDMRN_FORMULA float decayed(float gradient, float weight_decay, float x) {
    return gradient + weight_decay * x;
}

/// v ← µ·v + g
FEDMRN_FORMULA float velocity(float momentum, float velocity, float gradient) {
    return momentum * velocity + gradient;
}

/// u ← u − η·d
FEDMRN_FORMULA float descend(float update, float lr, float direction) {
    return update - lr * direction;
}

} // namespace fedmrn::formula
