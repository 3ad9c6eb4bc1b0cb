// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#include "tests/support/method_test.hpp"

#include "fedmrn/images.hpp"
#include "tests/support/reason.hpp"

namespace fedmrn::test {
namespace {

class FedAvgTest : public MethodTest {
protected:
    std::unique_ptr<Method> method = make_method({"fedavg"}, model.layout);
};
INSTANTIATE_TEST_SUITE_P(On, FedAvgTest, ::testing::ValuesIn(kinds_under_test()), kind_name);

TEST_P(FedAvgTest, UploadsTheUpdateAndTheStatisticsChange) {
    const auto update = updates(1);
    const Message sent = message(*method, 3, 600, update);
    EXPECT_TRUE(sent.mask.empty());
    ASSERT_EQ(sent.dense.size(), model.layout.state);
    EXPECT_TRUE(std::equal(update.begin(), update.end(), sent.dense.begin()));
    for (std::size_t i = update.size(); i < sent.dense.size(); ++i) {
        EXPECT_EQ(sent.dense[i], (global[i] + 0.25f) - global[i]);
    }
    EXPECT_EQ(sent.tensors, method->uplink->table(7));
    EXPECT_EQ(decode(encode(sent), method->uplink->table(7)), sent);
}

/// Bytes: 4 a value of the state, a table, a header.
TEST_P(FedAvgTest, CostsThirtyTwoBitsAValue) {
    const auto cnn4 = make_model("cnn4", shape_of_images({28, 28, 1}, 10));
    const auto of_cnn4 = make_method({"fedavg"}, cnn4.layout);
    Message sent;
    sent.samples = 1;
    sent.tensors = of_cnn4->uplink->table(7);
    sent.dense.resize(cnn4.layout.state);
    const std::size_t bytes = encode(sent).size();
    EXPECT_GE(bytes, 4 * cnn4.layout.state + 48 + 4);
    EXPECT_LE(bytes, 4 * cnn4.layout.state + 48 + 4 + 8 * sent.tensors.size() + 8);
}

/// (100 · u + 300 · v) / 400, in numbers that come out even.
TEST_P(FedAvgTest, WeightsClientsBySamples) {
    const std::size_t n = model.layout.trainable;
    const auto mean = aggregate(*method, {message(*method, 1, 100, std::vector<float>(n, 1.0f)),
                                          message(*method, 2, 300, std::vector<float>(n, -3.0f))});
    for (std::size_t i = 0; i < n; ++i) ASSERT_EQ(mean[i], -2.0);
}

/// A lane's weights are the global ones plus its update, bit by bit.
TEST_P(FedAvgTest, LocalWeightsAreGlobalPlusUpdate) {
    const auto update = updates(2);
    const Buffer<LaneState> states(device, std::vector<LaneState>{{1, 0, 1, 0, 1, 1}});
    const Buffer<float> g(device, global);
    Buffer<float> u(device, update), weights(device, model.layout.state);
    method->local->weights(
        device, {g.data(), 1.0, 1, states.data(), {u.data(), 0}, {weights.data(), 0}, {}});
    const auto local = weights.read();
    for (std::size_t i = 0; i < update.size(); ++i) ASSERT_EQ(local[i], global[i] + update[i]);
    for (std::size_t i = update.size(); i < local.size(); ++i) ASSERT_EQ(local[i], 0.0f);
    EXPECT_TRUE(method->local->decays_weights());
}

TEST_P(FedAvgTest, ADivergedClientIsOneLine) {
    auto update = updates(1);
    update[5] = 5e6f;
    const Message huge = message(*method, 42, 600, update);
    EXPECT_TRUE(one_line([&] { aggregate(*method, {huge}); },
                         "round 7, client 42: its update holds 5000000.000000", Fault::run));
    update[5] = std::nanf("");
    const Message broken = message(*method, 42, 600, update);
    EXPECT_TRUE(one_line([&] { aggregate(*method, {broken}); }, "client 42", Fault::run));
    EXPECT_TRUE(one_line([&] { encode(broken); }, "nan, expected a finite number", Fault::run));
}

TEST_P(FedAvgTest, ACohortThatClaimsTooManySamplesIsOneLine) {
    Message sent = message(*method, 1, 1, updates(1));
    sent.samples = std::uint64_t{1} << 38;
    EXPECT_TRUE(one_line([&] { aggregate(*method, {sent}); }, "274877906944 samples", Fault::run));
    EXPECT_TRUE(one_line([&] { aggregate(*method, {}); }, "0 samples", Fault::run));
}

} // namespace
} // namespace fedmrn::test
