// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#include "engine/method/fedsparsify.hpp"

#include "engine/method/selection.hpp"
#include "fedmrn/images.hpp"
#include "kernels/update.hpp"
#include "tests/engine/method/sparse_values.hpp"
#include "tests/support/lane_states.hpp"
#include "tests/support/method_test.hpp"
#include "tests/support/reason.hpp"

namespace fedmrn::test {
namespace {

class FedSparsifyTest : public MethodTest {
protected:
    MethodConfig config(const std::string& merge, double sparsity = 0.9) const {
        return {"fedsparsify", {{"sparsity", sparsity}, {"prune_rounds", 13}, {"merge", merge}}};
    }
    /// The weights that a client trained.
    std::vector<float> weights_of(const std::vector<float>& update) const {
        std::vector<float> weights(update.size());
        for (std::size_t i = 0; i < update.size(); ++i) weights[i] = global[i] + update[i];
        return weights;
    }
    const std::size_t d = model.layout.masked;
    const std::size_t k = kept_of(1 - 0.9 * (1 - 0.125), d); ///< in round 7 of 13
};
INSTANTIATE_TEST_SUITE_P(On, FedSparsifyTest, ::testing::ValuesIn(kinds_under_test()), kind_name);

/// s_t = 0.9 − 0.9 · (1 − (t − 1)/9)³.
TEST(FedSparsifySchedule, PrunesAlongACubicCurve) {
    const Model cnn4 = make_model("cnn4", shape_of_images({28, 28, 1}, 10));
    const PruningSchedule method({.prune_rounds = 10}, cnn4.layout);
    EXPECT_EQ(method.kept(0), 389'920U);
    EXPECT_EQ(method.kept(1), 389'920U);
    EXPECT_EQ(method.kept(2), 285'460U); // ⌈389,920 · (0.1 + 0.9 · (8/9)³)⌉
    EXPECT_EQ(method.kept(5), 99'165U);  // ⌈389,920 · (0.1 + 0.9 · (5/9)³)⌉
    EXPECT_EQ(method.kept(10), 38'992U);
    EXPECT_EQ(method.kept(11), 38'992U);
    EXPECT_EQ(method.kept(100'000), 38'992U);
    for (std::uint32_t round = 1; round < 10; ++round) {
        EXPECT_GT(method.kept(round), method.kept(round + 1));
    }
    EXPECT_EQ(PruningSchedule({.prune_rounds = 1}, cnn4.layout).kept(1), 38'992U);
    const PruningSchedule none({.sparsity = 0.0}, cnn4.layout);
    EXPECT_EQ(none.kept(50), 389'920U);
}

/// Nothing while nothing is pruned, a bit an element until positions are surely shorter; the
/// sender's and the receiver's tables are the same, whatever is kept.
TEST(FedSparsifySchedule, SendsPositionsOnceTheyAreShorter) {
    const Model cnn4 = make_model("cnn4", shape_of_images({28, 28, 1}, 10));
    const FedSparsifyOptions config{.prune_rounds = 10};
    const FedSparsify method(config, cnn4.layout);
    for (std::uint32_t round = 0; round <= 12; ++round) {
        const auto table = method.uplink->table(round);
        const std::uint64_t k = PruningSchedule(config, cnn4.layout).kept(round);
        if (round <= 1) {
            EXPECT_EQ(table.front(), (TensorEntry{Encoding::float32, 389'920}));
            EXPECT_EQ(table.size(), 1 + 16U);
            continue;
        }
        const bool sparse = static_cast<double>(k) / 389'920 < 0.32;
        EXPECT_EQ(table[0], sparse ? (TensorEntry{Encoding::sparse, 389'920, k})
                                   : (TensorEntry{Encoding::mask, 389'920}))
            << round;
        EXPECT_EQ(table[1], (TensorEntry{Encoding::float32, k}));
    }
    // However few are left.
    for (const double sparsity : {0.99975, 0.99976, 0.9999, 0.999999}) {
        const FedSparsifyOptions bare{.sparsity = sparsity, .prune_rounds = 10};
        EXPECT_EQ(
            FedSparsify(bare, cnn4.layout).uplink->table(10)[0],
            (TensorEntry{Encoding::sparse, 389'920, PruningSchedule(bare, cnn4.layout).kept(10)}));
    }
}

/// Bytes of CNN4 (28×28×1, 10 classes) along the schedule, calculated from the positions kept.
TEST(FedSparsifyLedger, Cnn4CostsWhatTheBytesSay) {
    const Model cnn4 = make_model("cnn4", shape_of_images({28, 28, 1}, 10));
    const auto device = open_device(DeviceKind::cpu);
    const Buffer<float> state(*device, initial_state(cnn4, 1));
    const Buffer<float> update(*device, cnn4.layout.state);
    const auto method = make_method({"fedsparsify", {{"prune_rounds", 10}}}, cnn4.layout);
    for (const std::uint32_t round : {1u, 2u, 5u, 10u}) {
        const Message sent = sent_by(*method, *device, {round, state.data()},
                                     {1, 1, 1, update.data(), state.data()});
        const std::size_t bytes = encode(sent).size();
        const std::size_t positions = round == 1   ? 0
                                      : round == 2 ? 389'920 / 32
                                                   : words_of_positions(sent);
        const std::size_t kept = sent.tensors[round == 1 ? 0 : 1].elements;
        EXPECT_EQ(bytes, 48 + table_bytes(sent) + 4 * positions + 4 * (kept + 1'920) + 4);
        RecordProperty("round_" + std::to_string(round), static_cast<int>(bytes));
    }
}

/// The largest of the trained weights of all tensors, as they are.
TEST_P(FedSparsifyTest, SendsTheLargestTrainedWeights) {
    const auto method = make_method(config("average"), model.layout);
    const auto update = updates(1, 0.3), weights = weights_of(update);
    const Message sent = message(*method, 3, 64, update);
    ASSERT_EQ(decode(encode(sent), method->uplink->table(7)), sent);
    const auto largest = largest_of(weights, d, k);
    std::size_t next = 0;
    for (std::size_t i = 0; i < d; ++i) {
        const bool kept = next < k && largest[next] == i;
        ASSERT_EQ(sent.mask[i / 32] >> i % 32 & 1, kept) << i;
        if (kept) {
            ASSERT_EQ(sent.dense[next++], weights[i]);
        }
    }
    for (std::size_t i = d; i < model.layout.trainable; ++i) {
        ASSERT_EQ(sent.dense[k + i - d], update[i]);
    }
}

/// The server's step ends at the merged weights: exactly 0 where they are pruned, and elsewhere by
/// the rule in float64. Three clients, of whom the last has half of the samples.
TEST_P(FedSparsifyTest, TheServersStepEndsAtTheMergedWeights) {
    const std::vector<std::uint64_t> samples{100, 300, 400};
    std::vector<Message> messages;
    std::vector<std::vector<float>> kept(3, std::vector<float>(d, 0.0f));
    for (const std::string merge : {"average", "nonzero", "majority"}) {
        const auto method = make_method(config(merge), model.layout);
        messages.clear();
        for (std::uint64_t c = 0; c < 3; ++c) {
            const auto update = updates(c, 0.5), weights = weights_of(update);
            messages.push_back(
                decode(encode(message(*method, c, samples[c], update)), method->uplink->table(7)));
            for (const std::size_t i : largest_of(weights, d, k)) kept[c][i] = weights[i];
        }
        const Buffer<double> mean(device, aggregate(*method, messages));
        Buffer<float> state(device, global);
        kernels::server_step(device, 1.0, 0.0, model.layout.state, mean.data(), nullptr,
                             state.data());
        const auto merged = state.read();
        std::size_t zeros = 0, others = 0;
        for (std::size_t i = 0; i < d; ++i) {
            double sum = 0, weight = 0;
            for (std::size_t c = 0; c < 3; ++c) {
                sum += static_cast<double>(samples[c]) * double{kept[c][i]};
                weight += kept[c][i] != 0 ? static_cast<double>(samples[c]) : 0;
            }
            const bool pruned = weight == 0 || (merge == "majority" && weight < 400);
            if (pruned) {
                ASSERT_EQ(merged[i], 0.0f) << i;
            } else {
                const double expected = sum / (merge == "nonzero" ? weight : 800);
                ASSERT_NEAR(merged[i], expected, 0x1p-40 + 0x1p-24 * std::abs(expected)) << i;
            }
            ++(pruned ? zeros : others);
        }
        EXPECT_GT(zeros, 0U);
        EXPECT_GT(others, k - 1);
        for (std::size_t i = d; i < model.layout.trainable; ++i) {
            double change = 0;
            for (std::size_t c = 0; c < 3; ++c) {
                change += static_cast<double>(samples[c]) / 800 * double{updates(c, 0.5)[i]};
            }
            ASSERT_NEAR(merged[i], double{global[i]} + change, 1e-6) << i;
        }
    }
}

/// While nothing is pruned the weights alone go, and every rule merges them to their mean.
TEST_P(FedSparsifyTest, WhileNothingIsPrunedThereIsNoMask) {
    for (const std::string merge : {"average", "nonzero", "majority"}) {
        const auto method = make_method(config(merge, 0.0), model.layout);
        std::vector<Message> messages;
        for (std::uint64_t c = 0; c < 3; ++c) {
            const auto update = updates(c, 0.5), weights = weights_of(update);
            const Message sent = message(*method, c, 100 + c, update);
            messages.push_back(decode(encode(sent), method->uplink->table(7)));
            ASSERT_EQ(messages.back(), sent);
            ASSERT_EQ(sent.mask.size(), 0U);
            for (std::size_t i = 0; i < d; ++i) ASSERT_EQ(sent.dense[i], weights[i]);
            for (std::size_t i = d; i < model.layout.trainable; ++i)
                ASSERT_EQ(sent.dense[i], update[i]);
        }
        const auto change = aggregate(*method, messages);
        for (std::size_t i = 0; i < model.layout.trainable; ++i) {
            double sum = 0;
            for (std::uint64_t c = 0; c < 3; ++c)
                sum += static_cast<double>(100 + c) / 303 * double{messages[c].dense[i]};
            ASSERT_NEAR(change[i], i < d ? sum - double{global[i]} : sum, 1e-7) << merge << i;
        }
    }
}

/// A client that trains on keeps what is pruned at exactly 0: no gradient, and no decay of nothing.
TEST_P(FedSparsifyTest, WhatIsPrunedIsNotTrained) {
    const auto method = make_method(config("average"), model.layout);
    const std::size_t n = model.layout.trainable, stride = n + 3, lanes = 3;
    std::vector<float> start = global, gradients = RandomValues(5).values(lanes * stride);
    for (std::size_t i = 0; i < n; i += 3) start[i] = 0.0f;
    const Buffer<LaneState> states = lanes_of(device, {8, 0, 5});
    const Buffer<float> g(device, start);
    Buffer<float> update(device, lanes * stride), weights(device, lanes * stride),
        gradient(device, gradients);
    const LocalStep step{g.data(),
                         nullptr,
                         lanes,
                         states.data(),
                         per_lane(update, stride),
                         per_lane(weights, stride),
                         per_lane(gradient, stride)};
    method->local->weights(device, step);
    method->local->gradient(device, step);
    const auto turned = gradient.read(), local = weights.read();
    for (std::size_t l = 0; l < lanes; ++l) {
        for (std::size_t i = 0; i < n; ++i) {
            const bool stopped = l != 1 && i < d && i % 3 == 0;
            ASSERT_EQ(turned[l * stride + i], stopped ? 0.0f : gradients[l * stride + i]);
            ASSERT_EQ(local[l * stride + i], l != 1 ? start[i] : 0.0f);
        }
    }
}

TEST_P(FedSparsifyTest, AMessageThatIsNotThisRoundsIsOneLine) {
    const auto method = make_method(config("average"), model.layout);
    const Message other =
        message(*make_method(config("average", 0.8), model.layout), 9, 5, updates(1));
    EXPECT_TRUE(one_line([&] { aggregate(*method, {other}); },
                         "client 9: made with another method or other options"));
    Message more = message(*method, 9, 5, updates(1));
    more.mask[0] = ~0U;
    EXPECT_TRUE(one_line([&] { aggregate(*method, {more}); }, "client 9: keeps "));
    Message huge = message(*method, 42, 5, updates(1));
    huge.dense[0] = 5e6f;
    EXPECT_TRUE(one_line([&] { aggregate(*method, {huge}); },
                         "round 7, client 42: its update holds 5000000.000000", Fault::run));
}

} // namespace
} // namespace fedmrn::test
