// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#include "tests/engine/method/packed_values.hpp"
#include "tests/support/option.hpp"

#include "fedmrn/images.hpp"
#include "tests/support/reason.hpp"

namespace fedmrn::test {
namespace {

/// What SignSGD, TernGrad, QSGD, DRIVE and EDEN have in common.
class PackedTest : public MethodTest {
protected:
    const std::vector<MethodConfig> configs{
        {"signsgd", {{"vote", "scaled"}}},
        {"signsgd", {{"magnitude", 0.001}, {"vote", "majority"}}},
        {"signsgd", {{"magnitude", 0.001}, {"vote", "mean"}}},
        {"terngrad"},
        {"qsgd", {{"levels", 1}}},
        {"qsgd", {{"levels", 5}}},
        {"qsgd", {{"levels", 127}}},
        {"qsgd", {{"levels", 127}, {"buckets", false}}},
        {"drive"},
        {"drive", {{"estimate", "least_error"}}},
        {"eden", {{"bits", 1}}},
        {"eden", {{"bits", 4}}}};
};
INSTANTIATE_TEST_SUITE_P(On, PackedTest, ::testing::ValuesIn(kinds_under_test()), kind_name);

/// Through the bytes and back, and one client's aggregate is what its codes say.
TEST_P(PackedTest, OneMessageAggregatesToItsCodes) {
    for (const MethodConfig& config : configs) {
        const auto method = make_method(config, model.layout);
        const Message sent = message(*method, 3, 64, updates(1));
        const Message received = decode(encode(sent), method->uplink->table(7));
        ASSERT_EQ(received, sent);
        const auto mean = aggregate(*method, {received});
        auto expected = values_of(sent, config);
        if (sent.scales.empty()) {
            for (double& value : expected) value *= option<double>(config, "magnitude");
        }
        ASSERT_EQ(expected.size(), model.layout.masked);
        for (std::size_t i = 0; i < expected.size(); ++i) {
            // A value is a float32, of a product and a quotient.
            ASSERT_NEAR(mean[i], expected[i],
                        0x1p-40 + 0x1p-22 * std::abs(expected[i]) + rounding(sent, config))
                << i;
        }
        for (std::size_t i = 0; i < sent.dense.size(); ++i) {
            ASSERT_NEAR(mean[expected.size() + i], double{sent.dense[i]}, 0x1p-40);
        }
    }
}

/// 0.25 a + 0.75 b, where the server averages.
TEST_P(PackedTest, WeightsClientsBySamples) {
    for (const MethodConfig& config : configs) {
        if (config.options.contains("vote") && option<std::string>(config, "vote") == "majority")
            continue;
        const auto method = make_method(config, model.layout);
        const Message a = message(*method, 1, 100, updates(1)),
                      b = message(*method, 2, 300, updates(2));
        const auto mean = aggregate(*method, {a, b});
        const auto of_a = values_of(a, config), of_b = values_of(b, config);
        const double unit = a.scales.empty() ? option<double>(config, "magnitude") : 1.0;
        for (std::size_t i = 0; i < of_a.size(); ++i) {
            const double one = 0.25 * unit * of_a[i], other = 0.75 * unit * of_b[i];
            // Values are float32, of a product and a quotient.
            ASSERT_NEAR(mean[i], one + other,
                        0x1p-40 + 0x1p-22 * (std::abs(one) + std::abs(other)) +
                            rounding(a, config) + rounding(b, config));
        }
    }
}

TEST_P(PackedTest, AnotherExperimentsMessageIsOneLine) {
    for (const MethodConfig& ours : configs) {
        for (const MethodConfig& theirs : configs) {
            if (&ours == &theirs) continue;
            const Message sent = message(*make_method(theirs, model.layout), 9, 5, updates(1));
            const auto method = make_method(ours, model.layout);
            if (ours.name == "qsgd" && theirs.name == "qsgd" &&
                sent.parameter == message(*method, 9, 5, updates(1)).parameter) {
                // The table tells buckets.
                EXPECT_TRUE(one_line([&] { decode(encode(sent), method->uplink->table(7)); },
                                     "wrong model: tensor 0 has"));
                continue;
            }
            EXPECT_TRUE(one_line([&] { aggregate(*method, {sent}); },
                                 "client 9: made with another method or other options"));
        }
    }
}

TEST_P(PackedTest, ADivergedClientIsOneLine) {
    for (const MethodConfig& config : configs) {
        const auto method = make_method(config, model.layout);
        auto update = updates(1);
        update[0] = std::numeric_limits<float>::infinity();
        const Message broken = message(*method, 42, 600, update);
        if (broken.scales.empty()) continue; // signs alone know nothing of it
        EXPECT_TRUE(one_line([&] { encode(broken); }, "expected a finite number", Fault::run));
        EXPECT_TRUE(one_line([&] { aggregate(*method, {broken}); }, "client 42", Fault::run));
        Message negative = message(*method, 42, 600, updates(1));
        negative.scales[0] = -1.0f;
        EXPECT_TRUE(one_line([&] { aggregate(*method, {negative}); },
                             "client 42: a scale is -1.000000, expected at least 0"));
    }
}

/// 5 levels have codes of 4 bits: the levels 6 and 7 that no client makes count as 5, ‖D‖₂ itself.
TEST_P(PackedTest, ALevelThatIsNoneCountsAsTheHighest) {
    const MethodConfig config{"qsgd", {{"levels", 5}}};
    const auto method = make_method(config, model.layout);
    Message sent = message(*method, 1, 64, updates(1));
    std::fill_n(sent.packed.begin(), 4, ~0U);
    sent.scales[0] = 0.5f;
    for (std::size_t i = 0; i < 32; ++i) ASSERT_EQ(aggregate(*method, {sent})[i], -0.5);
}

TEST_P(PackedTest, AnUpdateOfZerosIsSentAsZeros) {
    for (const MethodConfig& config : configs) {
        const auto method = make_method(config, model.layout);
        const std::vector<float> zeros(model.layout.trainable, 0.0f);
        const Message sent =
            decode(encode(message(*method, 1, 5, zeros)), method->uplink->table(7));
        if (config.name != "signsgd") { // whose zeros have drawn signs, of scale 0
            for (const std::uint32_t word : sent.packed) ASSERT_EQ(word, 0U);
        }
        for (const float scale : sent.scales) ASSERT_EQ(scale, 0.0f);
    }
}

/// Bits a trainable parameter of CNN4 (28×28×1, 10 classes), counted on the bytes: 390,880
/// parameters, of which 389,920 are packed, and 1,920 float32 values.
TEST(PackedLedger, Cnn4CostsWhatTheBytesSay) {
    const Model cnn4 = make_model("cnn4", shape_of_images({28, 28, 1}, 10));
    struct Case {
        MethodConfig config;
        unsigned bits, scales;
    };
    for (const Case& c :
         {Case{{"signsgd"}, 1, 5},
          Case{{"signsgd", {{"vote", "majority"}, {"magnitude", 0.01}}}, 1, 0},
          Case{{"terngrad"}, 2, 5}, Case{{"qsgd", {{"levels", 1}}}, 2, 762},
          Case{{"qsgd", {{"levels", 4}}}, 4, 762}, Case{{"qsgd", {{"levels", 127}}}, 8, 762},
          Case{{"qsgd", {{"levels", 127}, {"buckets", false}}}, 8, 5}, Case{{"drive"}, 1, 9},
          Case{{"eden", {{"bits", 2}}}, 2, 9}, Case{{"eden", {{"bits", 3}}}, 3, 9},
          Case{{"eden", {{"bits", 4}}}, 4, 9}}) {
        const auto device = open_device(DeviceKind::cpu);
        const auto method = make_method(c.config, cnn4.layout);
        const auto state = initial_state(cnn4, 1);
        const Buffer<float> w(*device, state);
        const Message sent =
            sent_by(*method, *device, {1, w.data()}, {1, 1, 1, w.data(), w.data()});
        const std::size_t bytes = encode(sent).size();
        // Header, table, padding, CRC: 16 tensors of float32 in 40 bytes of table, 5 of codes in 18
        // or 9 slices of them in 30, after which 2 bytes fill a word.
        const std::size_t frame = rotates(c.config) ? 48 + 70 + 2 + 4 : 48 + 58 + 2 + 4;
        EXPECT_EQ(bytes, frame + 389'920 / 8 * c.bits + 4 * c.scales + 4 * 1'920);
        RecordProperty("bits_a_parameter_" + std::to_string(c.bits) + "_" +
                           std::to_string(c.scales),
                       std::to_string(8.0 * static_cast<double>(bytes) / 390'880));
    }
}

} // namespace
} // namespace fedmrn::test
