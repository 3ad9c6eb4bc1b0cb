// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#include "engine/model/zoo/models.hpp"

namespace fedmrn {

/// The CNN of McMahan et al., AISTATS 2017: two blocks of [convolution 5×5 → ReLU → max-pool 2]
/// that keep the size, 512 units, classes; their 1,663,370 parameters on 28 × 28 × 1 and 10
/// classes.
Model cnn2(const DataShape& data, const Head& head) {
    Graph g;
    Value h = images(g, data);
    h = pooled(g, h, {.out = 32, .kernel = 5, .padding = 2}, false);
    h = pooled(g, h, {.out = 64, .kernel = 5, .padding = 2}, false);
    h = g.add(linear({.out = 512}), {h});
    h = g.add(relu(), {h});
    return classifier(g, data, head, g.add(linear({.out = data.classes}), {h}), "cnn2");
}

} // namespace fedmrn
