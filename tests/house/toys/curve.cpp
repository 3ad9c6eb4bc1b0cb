// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#include "curve.hpp"

#include "fedmrn/graph.hpp"
#include "squared_error.hpp"
#include "swish.hpp"
#include "within.hpp"

namespace house {

using namespace fedmrn;

Model curve(std::uint32_t features, std::uint32_t width) {
    Graph g;
    const Value x = g.input("x", {{features}});
    const Value target = g.input("target", {{1}, Element::f32});
    Value h = g.add(linear({.out = width}), {x});
    for (int block = 0; block < 3; ++block) {
        Value f = g.add(linear({.out = width}), {h});
        f = g.add(swish(), {f});
        f = g.add(linear({.out = width, .initial = Initial::normal(0.1f)}), {f});
        h = g.add(sum(), {f, h}); // h is used twice: its gradients are added
    }
    const Value y = g.add(linear({.out = 1}), {h});
    g.loss("distance", squared_error(), {y, target});
    g.metric("within", within(0.1f), {y, target});
    return g.finish("curve");
}

} // namespace house
