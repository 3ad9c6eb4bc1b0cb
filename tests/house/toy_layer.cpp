// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#include "fedmrn/layers.hpp"
#include "tests/house/toys.hpp"
#include "tests/house/toys/swish.hpp"

// A layer by its name: what the list of a sequential model can say.
namespace fedmrn::test {

void register_swish() {
    LayerEntry entry{{"swish", "Swish", "x · sigmoid(β x), β trained"}};
    entry.make = [](const Options&, const Tensor&) { return house::swish(); };
    layers().add(std::move(entry));
}

} // namespace fedmrn::test
