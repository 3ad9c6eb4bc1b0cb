// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "fedmrn/dataset.hpp"

namespace fedmrn {

/// Data sets as TensorFlow Federated publishes them (tff.simulation.datasets): two HDF5 files, in
/// which /examples/CLIENT holds the arrays of one client's samples. Users are the clients of the
/// training file, sorted by the bytes of their names; those without samples are left out. The
/// clients of the test file are pooled. Normalised by each split's own pixels. The folder may be
/// empty: the first of the usual places that has the files.

/// fed_emnist_train.h5, fed_emnist_test.h5: pixels, float of samples × 28 × 28 in 0 … 1, where
/// paper is 1 and ink 0, as published; label, integers of samples, 62 classes (digits, capitals,
/// small letters).
Dataset load_tff_emnist(const std::string& folder);

/// fed_emnist_digitsonly_train.h5, fed_emnist_digitsonly_test.h5: the same of 10 classes.
Dataset load_tff_emnist_digits(const std::string& folder);

/// fed_cifar100_train.h5, fed_cifar100_test.h5: image, bytes of samples × 32 × 32 × 3; label, 100
/// classes. Its 500 clients were drawn by Pachinko allocation over the coarse labels.
Dataset load_tff_cifar100(const std::string& folder);

} // namespace fedmrn
