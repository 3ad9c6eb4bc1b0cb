// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "fedmrn/dataset.hpp"

namespace fedmrn {

/// The binary versions of Krizhevsky's sets (cs.toronto.edu/~kriz/cifar.html), 32 × 32 × 3: records
/// of the label bytes and 3,072 pixels, a plane each of red, green and blue; here channels
/// innermost. The folder is the unpacked one or the one that it was unpacked in; empty: the first
/// of the usual places that has it. The files carry no count, so they are compared with each other:
/// every batch of CIFAR-10 has as many samples as the first, CIFAR-100's training file five times
/// its test file's.

/// data_batch_1.bin … data_batch_5.bin, test_batch.bin; a label byte a record.
Dataset load_cifar10(const std::string& folder);

/// train.bin, test.bin; a coarse label (of 20, checked and left) and a fine one (of 100, the
/// class).
Dataset load_cifar100(const std::string& folder);

} // namespace fedmrn
