// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#include "engine/model/zoo/models.hpp"

namespace fedmrn {

/// Multinomial logistic regression: features → classes, without a bias.
Model logistic(const DataShape& data, const Head& head) {
    Graph g;
    const Value x = images(g, data);
    return classifier(g, data, head, g.add(linear({.out = data.classes, .bias = false}), {x}),
                      "logistic");
}

} // namespace fedmrn
