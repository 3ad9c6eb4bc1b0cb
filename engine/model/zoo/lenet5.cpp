// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#include "engine/model/zoo/models.hpp"

namespace fedmrn {

/// LeCun et al., 1998, as it is trained today: ReLU for tanh, all channels connected, a softmax.
/// Two blocks of [convolution 5×5 → ReLU → average-pool 2], then 120, 84, classes. The network
/// reads 32 × 32 pixels; smaller images, digits of 28 × 28, are padded by 2 as LeCun's were.
Model lenet5(const DataShape& data, const Head& head) {
    const std::uint32_t padding = small(data.column("x").tensor, 32) ? 2 : 0;
    Graph g;
    Value h = images(g, data);
    h = pooled(g, h, {.out = 6, .kernel = 5, .padding = padding}, true);
    h = pooled(g, h, {.out = 16, .kernel = 5}, true);
    for (const std::uint32_t units : {120u, 84u}) {
        h = g.add(linear({.out = units}), {h});
        h = g.add(relu(), {h});
    }
    return classifier(g, data, head, g.add(linear({.out = data.classes}), {h}), "lenet5");
}

} // namespace fedmrn
