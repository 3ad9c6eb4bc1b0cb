// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "fedmrn/dataset.hpp"

namespace fedmrn {

/// The Street View House Numbers (Netzer et al., 2011), format 2: cropped digits, 32 × 32 × 3, in
/// MATLAB's train_32x32.mat and test_32x32.mat. X is uint8, 32 × 32 × 3 × samples with the row
/// innermost; y is samples × 1, a digit each, 10 for zero, which is class 0 here. The folder may be
/// empty: the first of the usual places that has the files.
Dataset load_svhn(const std::string& folder);

} // namespace fedmrn
