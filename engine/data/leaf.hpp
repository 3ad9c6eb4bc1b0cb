// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "fedmrn/dataset.hpp"

namespace fedmrn {

/// Data sets of the LEAF benchmark (leaf.cmu.edu) as its preprocess.sh leaves them: a folder with
/// train/*.json and test/*.json, each plain or .gz; empty: the first of the usual places that has
/// it. Users are numbered in the order of the sorted names of the files, then of their "users";
/// those without training samples are left out. One file is in memory at a time, as bytes.
/// Normalised by each split's own bytes.

/// Cohen's letters and digits by writer: 28 × 28 × 1, 62 classes (digits, capitals, small letters).
/// As published, paper is white: 1, and ink 0.
Dataset load_leaf_femnist(const std::string& folder);

/// The next character of a role's lines: samples of 80 tokens, one byte each (1 × 80 × 1), and 80
/// classes.
Dataset load_leaf_shakespeare(const std::string& folder);

} // namespace fedmrn
