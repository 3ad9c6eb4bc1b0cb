// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#include <set>

#include <gtest/gtest.h>

#include "fedmrn/images.hpp"
#include "fedmrn/model.hpp"
#include "tests/support/reason.hpp"

namespace fedmrn::test {
namespace {

struct Counts {
    const char* name;
    ImageShape input;
    std::uint32_t classes;
    std::size_t masked, dense, statistics;
};

/// The paper's models and the first example's; CNN2's 1,663,370 parameters as McMahan et al. count
/// them, LeNet-5's 61,706 on MNIST and 62,006 on CIFAR-10.
constexpr Counts expected[] = {
    {"cnn4", {28, 28, 1}, 10, 389'920, 960, 960},
    {"cnn4", {32, 32, 3}, 10, 398'176, 960, 960},
    {"cnn8", {32, 32, 3}, 10, 1'181'536, 1'920, 1'920},
    {"cnn8", {32, 32, 3}, 100, 1'273'696, 1'920, 1'920},
    {"cnn2", {28, 28, 1}, 10, 1'662'752, 618, 0},
    {"cnn2", {32, 32, 3}, 10, 2'155'872, 618, 0},
    {"lenet5", {28, 28, 1}, 10, 61'470, 236, 0},
    {"lenet5", {32, 32, 3}, 10, 61'770, 236, 0},
    {"logistic", {1, 1, 10}, 2, 20, 0, 0},
    {"mlp", {1, 1, 10}, 2, 120, 12, 0},
    {"mlp", {28, 28, 1}, 10, 784 * 200 + 200 * 10, 210, 0},
};

TEST(Zoo, ParameterCountsAreTheSpecifications) {
    for (const Counts& c : expected) {
        const ParameterLayout layout =
            make_model(c.name, shape_of_images(c.input, c.classes)).layout;
        EXPECT_EQ(layout.masked, c.masked) << c.name;
        EXPECT_EQ(layout.trainable, c.masked + c.dense) << c.name;
        EXPECT_EQ(layout.state, c.masked + c.dense + c.statistics) << c.name;
    }
}

TEST(Zoo, TensorsCoverTheStateInOrderOfTheirRoles) {
    for (const Counts& c : expected) {
        const Model model = make_model(c.name, shape_of_images(c.input, c.classes));
        std::size_t at = 0;
        Role role = Role::masked;
        std::set<std::string> names;
        for (const TensorSpec& tensor : model.layout.tensors) {
            EXPECT_EQ(tensor.offset, at) << tensor.name;
            EXPECT_GE(tensor.role, role) << tensor.name;
            role = tensor.role;
            at += tensor.elements();
            names.insert(tensor.name);
        }
        EXPECT_EQ(at, model.layout.state);
        EXPECT_EQ(names.size(), model.layout.tensors.size()) << "names are unique";
    }
}

TEST(Zoo, LayersFollowEachOther) {
    for (const Counts& c : expected) {
        const Model model = make_model(c.name, shape_of_images(c.input, c.classes));
        std::size_t value = model.inputs.at(0).value;
        EXPECT_EQ(model.values[value].elements(), c.input.size());
        for (const Model::Node& node : model.nodes) {
            EXPECT_EQ(node.in, std::vector{value});
            value = node.out;
        }
        EXPECT_EQ(model.losses.at(0).in.at(0), value);
        EXPECT_EQ(model.values[value].elements(), c.classes);
    }
}

TEST(Zoo, SamplesThatAreTooSmallAreOneLine) {
    EXPECT_NO_THROW(make_model("cnn4", shape_of_images({16, 16, 1}, 10)));
    EXPECT_TRUE(one_line(
        [] {
            make_model("cnn4", shape_of_images({15, 16, 1}, 10));
        },
        "model cnn4: samples of 15x16 are too small"));
    EXPECT_TRUE(one_line([] { make_model("cnn8", shape_of_images({1, 1, 10}, 2)); }, "model cnn8"));
    EXPECT_NO_THROW(make_model("cnn2", shape_of_images({4, 4, 1}, 10)));
    EXPECT_TRUE(one_line([] { make_model("cnn2", shape_of_images({3, 4, 1}, 10)); }, "model cnn2"));
    EXPECT_NO_THROW(make_model("lenet5", shape_of_images({12, 12, 1}, 10)));
    EXPECT_TRUE(one_line(
        [] {
            make_model("lenet5", shape_of_images({11, 12, 1}, 10));
        },
        "model lenet5"));
}

TEST(Zoo, AnUnknownNameIsOneLine) {
    EXPECT_TRUE(one_line(
        [] {
            make_model("cnn5", shape_of_images({28, 28, 1}, 10));
        },
        "model.name: expected \"logistic\", \"mlp\", \"lenet5\", \"cnn2\", \"cnn4\", \"cnn8\" or "
        "\"sequential\", found \"cnn5\""));
}

} // namespace
} // namespace fedmrn::test
