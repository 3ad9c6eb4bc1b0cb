// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#include "engine/model/zoo/models.hpp"

namespace fedmrn {

/// Multinomial logistic regression: features → classes, without a bias.
Model logistic(ImageShape input, std::uint32_t classes, const Head& head) {
    Graph g;
    const Value x = images(g, input);
    return classifier(g, head, g.add(linear({.out = classes, .bias = false}), {x}), "logistic");
}

} // namespace fedmrn
