// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#include "engine/model/zoo/models.hpp"

namespace fedmrn {

/// Eight convolutions, a max-pool after every second, then a linear layer.
Model cnn8(const DataShape& data, const Head& head) {
    Graph g;
    Value h = images(g, data);
    for (const std::uint32_t channels : {32u, 64u, 128u, 256u}) {
        h = normalised(g, h, channels, 1);
        h = normalised(g, h, channels, 2);
    }
    h = g.add(linear({.out = data.classes, .bias = false, .initial = narrow}), {h});
    return classifier(g, data, head, h, "cnn8");
}

} // namespace fedmrn
