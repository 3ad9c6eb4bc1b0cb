// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "fedmrn/dataset.hpp"

namespace fedmrn {

/// A user's own arrays, as numpy.savez and savez_compressed write them: x_train and x_test, uint8,
/// N × height × width or N × height × width × channels in C order; y_train and y_test, N integers
/// of any width from 0 on. Classes are the largest label of both plus one. train_clients, if there,
/// is N integers from 0 on: whose each training sample is; users are in the order of these numbers.
/// test_clients, beside it, says the same of the test samples.
/// Each split is normalised by its own pixels. Throws Error that names the file, the array and what
/// was expected.
Dataset load_npz(const std::string& path);

} // namespace fedmrn
