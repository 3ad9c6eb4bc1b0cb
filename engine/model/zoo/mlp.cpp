// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "engine/model/zoo/models.hpp"

namespace fedmrn {

/// features → min(features, 200) → classes: 10-10-2 on the synthetic set, 784-200-10 on images.
Model mlp(const DataShape& data, const Head& head) {
    const auto hidden =
        static_cast<std::uint32_t>(std::min<std::size_t>(data.column("x").tensor.elements(), 200));
    Graph g;
    Value h = images(g, data);
    h = g.add(linear({.out = hidden}), {h});
    h = g.add(relu(), {h});
    return classifier(g, data, head, g.add(linear({.out = data.classes}), {h}), "mlp");
}

} // namespace fedmrn
