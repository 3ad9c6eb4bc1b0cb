// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#include "engine/model/plan.hpp"

#include <random>

#include <gtest/gtest.h>

#include "fedmrn/graph.hpp"

namespace fedmrn::test {
namespace {

bool overlap(const Claim& a, const Claim& b) {
    const bool in_time = a.from <= b.to && b.from <= a.to;
    const bool in_place = a.offset < b.offset + b.bytes && b.offset < a.offset + a.bytes;
    return in_time && in_place;
}

TEST(Place, WhatIsNeededAtTheSameTimeLiesApart) {
    std::mt19937 random(1);
    for (int trial = 0; trial < 200; ++trial) {
        std::vector<Claim> claims(30);
        for (Claim& claim : claims) {
            claim.from = random() % 20;
            claim.to = claim.from + random() % 8;
            claim.bytes = 1 + random() % 5000;
        }
        const std::size_t bytes = place(claims);
        for (std::size_t i = 0; i < claims.size(); ++i) {
            EXPECT_EQ(claims[i].offset % 256, 0u);
            EXPECT_LE(claims[i].offset + claims[i].bytes, bytes);
            for (std::size_t j = 0; j < i; ++j) ASSERT_FALSE(overlap(claims[i], claims[j]));
        }
    }
}

TEST(Place, WhatIsNeededOneAfterAnotherSharesAPlace) {
    std::vector<Claim> claims{{1000, 0, 1}, {1000, 2, 3}, {500, 4, 9}};
    EXPECT_EQ(place(claims), 1000u);
    claims = {{1000, 0, 2}, {1000, 2, 3}};
    EXPECT_EQ(place(claims), 2024u);
}

/// x → linear → h → relu → r → sum(r, h) → linear → loss.
Model residual() {
    Graph g;
    const Value x = g.input("x", {{8}}), label = g.input("label", labels());
    const Value h = g.add(linear({.out = 8}), {x});
    const Value r = g.add(relu(), {h});
    const Value s = g.add(sum(), {r, h});
    g.loss("class", cross_entropy(), {g.add(linear({.out = 3}), {s}), label});
    return g.finish("residual");
}

TEST(Plan, AGradientOfSeveralIsAddedUp) {
    const Model model = residual();
    const Plan plan = make_plan(model, decided(model, Real::f32), 1, 4, true);
    const Plan::Step &lin = plan.nodes[0], &relu = plan.nodes[1], &sum = plan.nodes[2];
    EXPECT_EQ(lin.dx[0].offset, Plan::none); // nobody needs the gradient of x
    EXPECT_EQ(sum.dx[0].total, Plan::none);
    EXPECT_EQ(sum.dx[0].offset, relu.dy);
    EXPECT_EQ(sum.dx[1].total, Plan::none); // the first share of h's, on the way back
    EXPECT_EQ(sum.dx[1].offset, lin.dy);
    EXPECT_EQ(relu.dx[0].total, lin.dy); // the second
    EXPECT_NE(relu.dx[0].offset, lin.dy);
}

TEST(Plan, AnEvaluationHasNoWayBack) {
    const Model model = residual();
    const Plan plan = make_plan(model, decided(model, Real::f32), 1, 4, false);
    for (const Plan::Step& step : plan.nodes) {
        EXPECT_EQ(step.dy, Plan::none);
        EXPECT_TRUE(step.dx.empty());
    }
    EXPECT_LT(plan.bytes, make_plan(model, decided(model, Real::f32), 1, 4, true).bytes);
}

} // namespace
} // namespace fedmrn::test
