// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#include "engine/model/zoo/models.hpp"

namespace fedmrn {

/// Four blocks of [convolution 3×3 → BatchNorm → ReLU → max-pool 2], then a linear layer.
Model cnn4(const DataShape& data, const Head& head) {
    Graph g;
    Value h = images(g, data);
    for (const std::uint32_t channels : {32u, 64u, 128u, 256u}) {
        h = normalised(g, h, channels, 2);
    }
    h = g.add(linear({.out = data.classes, .bias = false, .initial = narrow}), {h});
    return classifier(g, data, head, h, "cnn4");
}

} // namespace fedmrn
