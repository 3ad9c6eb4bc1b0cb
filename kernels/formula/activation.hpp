// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "kernels/formula/qualifiers.hpp"

namespace fedmrn::formula {

/// ReLU; not a number stays one.
FEDMRN_FORMULA float rectified(float v, bool relu = true) { return relu && v < 0.0f ? 0.0f : v; }

/// Whether ReLU lets a gradient pass where its input, or its output, is v.
FEDMRN_FORMULA bool passes(float v, bool relu = true) { return !relu || v > 0.0f; }

} // namespace fedmrn::formula
