// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "kernels/formula/bf16.hpp"

namespace fedmrn::formula {

/// An element of a column as an input of a model has it: tokens widen, float32 rounds to bfloat16,
/// all else stays.
template <class To, class From> FEDMRN_FORMULA To read_as(From value) {
    return static_cast<To>(value);
}
template <> FEDMRN_FORMULA Bf16 read_as<Bf16, float>(float value) {
    return from_float<Bf16>(value);
}

} // namespace fedmrn::formula
