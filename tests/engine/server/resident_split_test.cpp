// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#include "engine/server/resident_split.hpp"

#include <gtest/gtest.h>

#include "fedmrn/graph.hpp"
#include "fedmrn/images.hpp"
#include "kernels/formula/bf16.hpp"
#include "tests/support/lane_states.hpp"
#include "tests/support/on_device.hpp"

namespace fedmrn::test {
namespace {

/// A model with these inputs, and "x" and "label" for its loss to look at.
Model reading(const std::vector<std::pair<std::string, Tensor>>& inputs, Tensor x = {{1, 1, 2}}) {
    Graph g;
    for (const auto& [name, tensor] : inputs) g.input(name, tensor);
    const Value label = g.input("label", labels()), in = g.input("x", std::move(x));
    g.loss("class", cross_entropy(), {g.add(linear({.out = 256}), {in}), label});
    return g.finish("reading");
}

/// x and label of three samples.
Split three() { return split_of({{0, 1, 51, 52, 102, 103}, {0, 1, 2}, {}, {}}, {1, 1, 2}, 256); }

class Resident : public OnDevice {
protected:
    /// Fills the batch of a lane, unshuffled, and returns what an input holds.
    template <class T>
    std::vector<T> filled(const Model& model, const Split& split, const std::string& input,
                          std::span<const std::uint32_t> order = {}, Real real = Real::f32) {
        const ResidentSplit resident(device, split, model, order);
        BatchSource view = resident.view();
        view.shuffled = false;
        const std::size_t samples = resident.samples();
        network.emplace(device, model, 1, samples, real, false);
        const auto states = lanes_of(device, {static_cast<std::uint32_t>(samples)});
        fill_batch(device, view, 1, states.data(), *network);
        const Tensor& tensor = model.input(input);
        const std::size_t rows = tensor.rows.per == Rows::Per::token ? tensor.rows.each : 1;
        std::vector<T> values(samples * rows * tensor.elements());
        device.copy_out(values.data(), network->input(input), values.size() * sizeof(T));
        return values;
    }
    std::optional<Network> network;
};
INSTANTIATE_TEST_SUITE_P(On, Resident, ::testing::ValuesIn(kinds_under_test()), kind_name);

/// Every byte of every channel is read as (byte / 255 − mean) / deviation.
TEST_P(Resident, NormalisesAsTheDatasetSays) {
    Images images{{}, {}, {0.2860f, 0.485f}, {0.3530f, 0.229f}};
    for (int byte = 0; byte < 256; ++byte) {
        images.pixels.insert(images.pixels.end(), 2, static_cast<std::uint8_t>(byte));
        images.labels.push_back(static_cast<std::uint16_t>(byte));
    }
    const Split split = split_of(images, {1, 1, 2}, 256);
    const auto values = filled<float>(reading({}), split, "x");
    for (std::size_t i = 0; i < 512; ++i) {
        const std::size_t c = i % 2;
        const double expected = (static_cast<double>(i / 2) / 255 - double{images.mean[c]}) /
                                double{images.deviation[c]};
        EXPECT_NEAR(double{values[i]}, expected, 1e-6);
    }
    EXPECT_EQ(filled<std::uint16_t>(reading({}), split, "label"), images.labels);
}

TEST_P(Resident, BytesWithoutMeanAreShares) {
    const auto x = filled<float>(reading({}), three(), "x");
    for (std::size_t i = 0; i < 6; ++i) {
        EXPECT_FLOAT_EQ(x[i], static_cast<float>(i / 2 * 51 + i % 2) / 255);
    }
}

TEST_P(Resident, KeepsTheOrderOfTheClients) {
    const std::vector<std::uint32_t> order{2, 0, 1};
    EXPECT_EQ(filled<std::uint16_t>(reading({}), three(), "label", order),
              (std::vector<std::uint16_t>{2, 0, 1}));
}

/// Columns that no input is called like are not brought to the device.
TEST_P(Resident, KeepsWhatTheModelReads) {
    Split split = three();
    const ResidentSplit less(device, split, reading({}), {});
    split.columns.emplace_back("more", Tensor{}, std::vector<float>{1, 2, 3});
    const ResidentSplit same(device, split, reading({}), {});
    EXPECT_EQ(same.view().fills.size(), less.view().fills.size());
    EXPECT_EQ(same.view().fills.size(), 1u); // labels come along with the bytes
}

TEST_P(Resident, FillsEachInputFromItsColumn) {
    const std::vector<float> targets{0.3f, -2.0f, 5.0f};
    const std::vector<std::uint8_t> text{7, 8, 9, 10, 11, 12};
    const std::vector<std::int32_t> words{5, 6, 7, 8, 9, 4};
    Split split = three();
    split.columns.emplace_back("target", Tensor{{1}}, targets);
    split.columns.emplace_back("text", Tensor{{1, 2, 1}}, text);
    split.columns.emplace_back("places", Tensor{{}, Element::i32, tokens(2)}, words);
    split.columns.emplace_back("words", Tensor{{}, Element::i32, ragged(4)}, words,
                               std::vector<std::uint64_t>{0, 1, 5, 6});
    const Model model = reading({{"target", {{}, Element::f32}},
                                 {"text", {{2}, Element::i32}},
                                 {"places", {{}, Element::i32, tokens(2)}},
                                 {"words", {{}, Element::i32, ragged(4)}}});
    EXPECT_EQ(filled<float>(model, split, "target"), targets);
    EXPECT_EQ(filled<std::int32_t>(model, split, "text"),
              (std::vector<std::int32_t>{text.begin(), text.end()}));
    EXPECT_EQ(filled<std::int32_t>(model, split, "places"), words);
    const std::vector<std::uint32_t> order{1, 0, 2};
    auto packed = filled<std::int32_t>(model, split, "words", order);
    packed.resize(6);
    EXPECT_EQ(packed, (std::vector<std::int32_t>{6, 7, 8, 9, 5, 4}));
    std::uint32_t rows = 0;
    device.copy_out(&rows, network->counts(ragged(4)), sizeof rows);
    EXPECT_EQ(rows, 6u);
}

/// Numbers that a model reads as reals are rounded where reals are bfloat16, all others are not.
TEST_P(Resident, RealsAreRoundedWhereTheyAreNarrow) {
    const std::vector<float> numbers{0.1f, 0.2f, 0.3f};
    Split split = three();
    split.columns[0] = Column("x", {{1}}, numbers);
    split.columns.emplace_back("target", Tensor{}, numbers);
    const Model model = reading({{"target", {{}, Element::f32}}}, {{}});
    const auto x = filled<formula::Bf16>(model, split, "x", {}, Real::bf16);
    for (std::size_t i = 0; i < 3; ++i) {
        EXPECT_EQ(x[i].bits, formula::from_float<formula::Bf16>(numbers[i]).bits);
    }
    EXPECT_EQ(filled<float>(model, split, "target", {}, Real::bf16), numbers);
}

/// Values that have an owner are read where they are on the CPU, and borrowed ones copied.
TEST(ResidentSplit, KeepsTheOwnerInsteadOfACopy) {
    const auto device = open_device(DeviceKind::cpu);
    const Split owned = three();
    const void* values = owned.columns[0].values.data();
    std::optional<Split> lent(owned);
    lent->columns[0].owner = nullptr;
    const auto place = [](const ResidentSplit& split) -> const void* {
        return std::get<kernels::SplitView>(split.view().fills[0].view).pixels.get();
    };
    const ResidentSplit kept(*device, owned, reading({}), {}),
        copied(*device, *lent, reading({}), {});
    EXPECT_EQ(place(kept), values);
    EXPECT_NE(place(copied), values);
    EXPECT_GE(owned.columns[0].owner.use_count(), 2);
}

} // namespace
} // namespace fedmrn::test
