// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#include "engine/data/fashion_mnist.hpp"

#include "engine/data/mnist.hpp"

namespace fedmrn {

Dataset load_fashion_mnist(const std::string& folder) {
    Dataset data = load_mnist_family(
        {{"fashion-mnist", "fashion-mnist", "", "Debian package dataset-fashion-mnist"},
         "train",
         "t10k",
         10},
        folder);
    // Each split's own pixels as well, in the four digits that the FedMRN authors wrote.
    Column &train = data.train.columns.front(), &test = data.test.columns.front();
    train.mean = {0.2860F};
    train.deviation = {0.3530F};
    test.mean = {0.2868F};
    test.deviation = {0.3524F};
    return data;
}

} // namespace fedmrn
