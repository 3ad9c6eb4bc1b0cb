// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "engine/client/counting_device.hpp"
#include "engine/model/network.hpp"
#include "fedmrn/images.hpp"

namespace fedmrn::test {
namespace {

struct Bytes {
    std::size_t training, evaluation;
};

/// Device memory of two lanes of 64 samples.
struct Case {
    const char* name;
    ImageShape input;
    std::uint32_t classes;
    Bytes wide, narrow; ///< with a buffer for each value, and two gradients of the largest size
    Bytes planned;      ///< what a plan makes of `wide`
};
constexpr Case cases[] = {
    {"logistic", {1, 1, 10}, 2, {16'640, 6'400}, {8'960, 3'840}, {7'424, 6'400}},
    {"logistic", {28, 28, 1}, 10, {1'209'600, 406'784}, {607'488, 206'080}, {411'904, 406'784}},
    {"mlp", {1, 1, 10}, 2, {26'880, 16'640}, {24'320, 14'080}, {20'736, 15'616}},
    {"mlp", {28, 28, 1}, 10, {1'414'400, 611'584}, {812'288, 410'880}, {708'864, 606'464}},
    {"lenet5",
     {28, 28, 1},
     10,
     {9'467'136, 4'650'240},
     {4'840'704, 2'432'256},
     {5'820'672, 3'412'224}},
    {"lenet5",
     {32, 32, 3},
     10,
     {10'638'592, 5'821'696},
     {5'426'432, 3'017'984},
     {6'992'128, 4'583'680}},
    {"cnn2",
     {28, 28, 1},
     10,
     {51'909'888, 25'015'552},
     {26'821'888, 12'772'608},
     {20'472'064, 16'457'984}},
    {"cnn2",
     {32, 32, 3},
     10,
     {68'687'104, 33'559'808},
     {35'394'816, 17'044'736},
     {27'787'520, 22'544'640}},
    {"cnn4",
     {28, 28, 1},
     10,
     {56'685'312, 29'603'072},
     {29'041'408, 14'804'224},
     {33'720'064, 16'457'984}},
    {"cnn4",
     {32, 32, 3},
     10,
     {76'428'032, 40'899'840},
     {39'203'584, 20'452'608},
     {45'489'920, 22'544'640}},
    {"cnn8",
     {32, 32, 3},
     10,
     {139'350'272, 103'814'400},
     {70'668'544, 51'909'888},
     {108'412'160, 35'127'552}},
    {"cnn8",
     {32, 32, 3},
     100,
     {139'396'352, 103'860'480},
     {70'714'624, 51'955'968},
     {108'412'160, 35'127'552}},
};

Bytes bytes_of(const Case& c, Real real) {
    const Model model = make_model(c.name, shape_of_images(c.input, c.classes));
    CountingDevice training, evaluation;
    const Network trains(training, model, 2, 64, real, true);
    const Network evaluates(evaluation, model, 2, 64, real, false);
    return {training.counted, evaluation.counted};
}

/// No model needs more than it would with a buffer for each value.
TEST(NetworkMemory, IsNoMoreThanABufferForEachValueTakes) {
    for (const Case& c : cases) {
        for (const Real real : {Real::f32, Real::bf16}) {
            const Bytes now = bytes_of(c, real), before = real == Real::f32 ? c.wide : c.narrow;
            EXPECT_LE(now.training, before.training) << c.name;
            EXPECT_LE(now.evaluation, before.evaluation) << c.name;
        }
    }
}

TEST(NetworkMemory, IsWhatThePlanSays) {
    for (const Case& c : cases) {
        const Bytes now = bytes_of(c, Real::f32);
        EXPECT_EQ(now.training, c.planned.training) << c.name;
        EXPECT_EQ(now.evaluation, c.planned.evaluation) << c.name;
    }
}

} // namespace
} // namespace fedmrn::test
