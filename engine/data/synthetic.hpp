// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "fedmrn/dataset.hpp"

namespace fedmrn {

/// `samples` training and 500 test samples of 10 uniform bytes, 2 classes; bits: a function of the
/// seed alone, and more samples only add to fewer. With x_i = 2 · byte_i − 255 the label is
///
///     3 · |x_0 + x_1 + x_2| + x_3 + … + x_9 > 586
///
/// which a two-layer perceptron with four hidden units computes exactly, while the best linear rule
/// is right for about 73 % of the samples. 586 is the median of the left side.
Dataset make_synthetic(std::uint64_t seed, std::uint32_t samples = 1000);

} // namespace fedmrn
