// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "fedmrn/dataset.hpp"
#include "fedmrn/model.hpp"

namespace fedmrn {

/// Whether bytes of a column are read as reals, by its mean and deviation.
bool reads_bytes_as_reals(const Tensor& column, const Tensor& input);

/// Throws Error, one line that names model, input and what the data set has, unless each input of
/// the model can be filled from the column of its name: of the same shape (sides of 1 do not
/// count) and rows, of elements that are read as the input's, and of integers that its layers take.
void require_columns(const Model& model, const Dataset& dataset);

} // namespace fedmrn
