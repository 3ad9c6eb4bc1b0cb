// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "engine/model/zoo/models.hpp"

namespace fedmrn {

/// features → min(features, 200) → classes: 10-10-2 on the synthetic set, 784-200-10 on images.
Model mlp(ImageShape input, std::uint32_t classes, const Head& head) {
    const auto hidden = static_cast<std::uint32_t>(std::min<std::size_t>(input.size(), 200));
    Graph g;
    Value h = images(g, input);
    h = g.add(linear({.out = hidden}), {h});
    h = g.add(relu(), {h});
    return classifier(g, head, g.add(linear({.out = classes}), {h}), "mlp");
}

} // namespace fedmrn
