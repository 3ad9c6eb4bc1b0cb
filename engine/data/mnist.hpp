// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>

#include "engine/data/folder.hpp"
#include "fedmrn/dataset.hpp"

namespace fedmrn {

/// A data set of the MNIST family: four IDX files, each plain or .gz, of 28 × 28 images. Any count
/// of samples is taken.
struct MnistFamily {
    FileSet files;
    std::string train, test; ///< what stands before "-images-idx3-ubyte" in a file's name
    std::uint32_t classes;
    std::uint32_t first_label = 0; ///< class 0 in the file
    bool transposed = false;       ///< the files hold columns where rows belong
};

/// Reads the files from a folder; empty: the first of the usual places that has them. Normalised by
/// each split's own pixels.
Dataset load_mnist_family(const MnistFamily& set, const std::string& folder);

/// LeCun, Cortes and Burges' digits.
Dataset load_mnist(const std::string& folder);

/// NIST's digits and letters (Cohen et al., 2017). part: "digits", "letters", "balanced",
/// "byclass", "bymerge" or "mnist", whose file names begin "emnist-part-". The published files hold
/// every image transposed; here it stands upright. Letters are labelled 1 to 26 in the file and 0
/// to 25 here.
Dataset load_emnist(const std::string& part, const std::string& folder);

} // namespace fedmrn
