// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "fedmrn/dataset.hpp"

namespace fedmrn {

/// A user's own arrays, as numpy.savez and savez_compressed write them: x_train and x_test in C
/// order, uint8 of N × height × width or N × height × width × channels, float32 of N × any shape,
/// or int32 of N × any shape: tokens from 0 on; y_train and y_test, N integers of any width from 0
/// on. Classes are the largest label of both plus one. train_clients, if there, is N integers from
/// 0 on: whose each training sample is; users are in the order of these numbers. test_clients,
/// beside it, says the same of the test samples. Each split is normalised by its own pixels, where
/// they are pixels. Throws Error that names the file, the array and what was expected.
Dataset load_npz(const std::string& path);

} // namespace fedmrn
