// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#include "engine/method/sparse.hpp"
#include "tests/support/option.hpp"

#include <numbers>
#include <numeric>

#include "fedmrn/images.hpp"
#include "kernels/mask.hpp"
#include "tests/engine/method/packed_values.hpp"
#include "tests/engine/method/sparse_values.hpp"
#include "tests/support/reason.hpp"

namespace fedmrn::test {
namespace {

/// What Top-k and STC have in common.
class SparseTest : public MethodTest {
protected:
    const std::vector<MethodConfig> configs{{"topk"},
                                            {"topk", {{"ratio", 1.0}}},
                                            {"stc", {{"ratio", 0.1}, {"error_feedback", false}}},
                                            {"stc", {{"ratio", 1e-3}, {"error_feedback", false}}}};
};
INSTANTIATE_TEST_SUITE_P(On, SparseTest, ::testing::ValuesIn(kinds_under_test()), kind_name);

/// What a client's update comes to, in float64 and by sorting: its ⌈ρ d⌉ largest elements, or their
/// signs times the mean of their magnitudes.
std::vector<double> expected_of(const std::vector<float>& update, std::size_t masked,
                                const MethodConfig& config) {
    const auto k = static_cast<std::size_t>(
        std::ceil(option<double>(config, "ratio") * static_cast<double>(masked)));
    std::vector<double> values(masked, 0.0);
    double sum = 0;
    for (const std::size_t i : largest_of(update, masked, k)) {
        values[i] = double{update[i]};
        sum += std::abs(values[i]);
    }
    if (config.name == "stc") {
        for (double& value : values) {
            if (value != 0) value = std::copysign(sum / static_cast<double>(k), value);
        }
    }
    return values;
}

/// Through the bytes and back: of all masked tensors together the largest, by the oracle.
TEST_P(SparseTest, SendsTheLargestElements) {
    for (const MethodConfig& config : configs) {
        const auto method = make_method(config, model.layout);
        const auto update = updates(1);
        const Message sent = message(*method, 3, 64, update);
        const Message received = decode(encode(sent), method->uplink->table(7));
        ASSERT_EQ(received, sent);
        const auto mean = aggregate(*method, {received});
        const auto expected = expected_of(update, model.layout.masked, config);
        for (std::size_t i = 0; i < expected.size(); ++i) {
            // A scale is a float32, a sum stands on the grid of 2⁻⁴⁰.
            ASSERT_NEAR(mean[i], expected[i], 0x1p-40 + 0x1p-24 * std::abs(expected[i])) << i;
        }
        for (std::size_t i = expected.size(); i < model.layout.trainable; ++i) {
            ASSERT_NEAR(mean[i], double{update[i]}, 0x1p-40) << i;
        }
        for (std::size_t i = model.layout.trainable; i < model.layout.state; ++i) {
            ASSERT_NEAR(mean[i], 0.25, 1e-6) << i;
        }
    }
}

/// Not tensor by tensor: where one has the large values, all that is sent is its.
TEST_P(SparseTest, ComparesAllTensorsTogether) {
    auto update = updates(1);
    const TensorSpec& second = model.layout.tensors[1];
    ASSERT_EQ(second.role, Role::masked);
    for (std::size_t i = 0; i < second.elements(); ++i) update[second.offset + i] += 1.0f;
    const auto method = make_method({"topk"}, model.layout);
    const auto mean = aggregate(*method, {message(*method, 3, 64, update)});
    for (std::size_t i = 0; i < model.layout.masked; ++i) {
        if (i - second.offset >= second.elements()) {
            ASSERT_EQ(mean[i], 0.0) << i;
        }
    }
}

TEST_P(SparseTest, WeightsClientsBySamples) {
    for (const MethodConfig& config : configs) {
        const auto method = make_method(config, model.layout);
        const auto mean = aggregate(
            *method, {message(*method, 1, 100, updates(1)), message(*method, 2, 300, updates(2))});
        const auto of_a = expected_of(updates(1), model.layout.masked, config);
        const auto of_b = expected_of(updates(2), model.layout.masked, config);
        for (std::size_t i = 0; i < of_a.size(); ++i) {
            ASSERT_NEAR(mean[i], 0.25 * of_a[i] + 0.75 * of_b[i], 0x1p-28) << i;
        }
    }
}

TEST_P(SparseTest, AnotherExperimentsMessageIsOneLine) {
    for (const MethodConfig& ours : configs) {
        for (const MethodConfig& theirs : configs) {
            if (&ours == &theirs) continue;
            const Message sent = message(*make_method(theirs, model.layout), 9, 5, updates(1));
            const auto method = make_method(ours, model.layout);
            EXPECT_TRUE(one_line([&] { aggregate(*method, {sent}); },
                                 "client 9: made with another method or other options"));
        }
    }
}

TEST_P(SparseTest, ADivergedClientIsOneLine) {
    for (const MethodConfig& config : configs) {
        const auto method = make_method(config, model.layout);
        for (const float value : {std::nanf(""), 1e30f}) {
            auto update = updates(1);
            update[17] = value;
            const Message broken = message(*method, 42, 600, update);
            EXPECT_TRUE(one_line([&] { aggregate(*method, {broken}); }, "client 42", Fault::run));
            if (std::isnan(value)) {
                EXPECT_TRUE(
                    one_line([&] { encode(broken); }, "expected a finite number", Fault::run));
            }
        }
    }
}

/// On Gaussian values, n = 2¹⁸: the float64 oracle's error to rounding, and the expectation of
/// infinitely many values. What is above t = the quantile of p has ∫x² = 2tφ(t) + p of the square
/// and ∫|x| = 2φ(t). The standard deviation of either share is below √(3/n) = 0.0034.
TEST_P(SparseTest, ErrsOnGaussianValuesAsTheyAreDistributed) {
    constexpr std::size_t n = 1 << 18;
    Buffer<float> noise(device, n);
    kernels::make_noise(device, formula::noise_rule(formula::NoiseShape::gaussian, 0.01), 7, n,
                        noise.data());
    const auto update = noise.read();
    for (const MethodConfig& config :
         {MethodConfig{"topk"}, MethodConfig{"stc", {{"ratio", 0.1}, {"error_feedback", false}}}}) {
        const auto method = make_method(config, one_tensor(n));
        const Message sent = message_from(device, *method, update);
        auto decoded = change_of(*method, device, {}, {&sent, 1}, n + 1);
        decoded.resize(n);
        const double error = normalised_error(decoded, update);
        EXPECT_NEAR(error, normalised_error(expected_of(update, n, config), update), 1e-6);
        const double p = option<double>(config, "ratio"), t = two_sided_quantile(p);
        const double density = std::exp(-t * t / 2) / std::sqrt(2 * std::numbers::pi);
        const double kept =
            config.name == "topk" ? 2 * t * density + p : std::pow(2 * density, 2) / p;
        EXPECT_NEAR(error, 1 - kept, 0.015);
    }
}

TEST(SparseRatio, IsRoundedUpToOneElementAtLeast) {
    EXPECT_EQ(kept_of(1.0 / 32, 389'920), 12'185U);
    EXPECT_EQ(kept_of(0.1, 389'920), 38'992U);
    EXPECT_EQ(kept_of(0.1, 389'921), 38'993U);
    EXPECT_EQ(kept_of(1.0 - 0.7875, 389'920), 82'858U); // 82,858.00000000001 in float64
    EXPECT_EQ(kept_of(1e-9, 1000), 1U);
    EXPECT_EQ(kept_of(1.0, 1000), 1000U);
    EXPECT_EQ(kept_of(0.0, 1000), 1U);
    EXPECT_EQ(kept_of(0.5, 0), 0U);
}

/// One of a million: the ratio has no lower limit, and costs what its few values do.
TEST(SparseRatio, MayBeAsSmallAsOneWeight) {
    const auto device = open_device(DeviceKind::cpu);
    constexpr std::size_t n = 1'000'000;
    std::vector<float> update(n, 0.0f);
    update[654'321] = -2.5f;
    for (const std::string name : {"topk", "stc"}) {
        const MethodConfig config{name, {{"ratio", 1e-6}}};
        const Message sent = message_from(*device, *make_method(config, one_tensor(n)), update);
        EXPECT_LT(encode(sent).size(), 100u);
        const auto back =
            change_of(*make_method(config, one_tensor(n)), *device, {}, {&sent, 1}, n + 1);
        EXPECT_EQ(back[654'321], -2.5f);
        EXPECT_EQ(std::count(back.begin(), back.end(), 0.0), static_cast<std::ptrdiff_t>(n));
    }
}

/// Bits a trainable parameter of CNN4 (28×28×1, 10 classes), counted on the bytes and calculated
/// from the positions that they say: a table of 76 and 75 bytes, for Gaussian updates.
TEST(SparseLedger, Cnn4CostsWhatTheBytesSay) {
    const Model cnn4 = make_model("cnn4", shape_of_images({28, 28, 1}, 10));
    const auto device = open_device(DeviceKind::cpu);
    const std::size_t masked = cnn4.layout.masked;
    Buffer<float> update(*device, cnn4.layout.state);
    kernels::make_noise(*device, formula::noise_rule(formula::NoiseShape::gaussian, 0.01), 7,
                        masked, update.data());
    for (const MethodConfig& config :
         {MethodConfig{"topk"}, MethodConfig{"topk", {{"ratio", 0.01}}},
          MethodConfig{"stc", {{"ratio", 0.1}, {"error_feedback", false}}}}) {
        const auto method = make_method(config, cnn4.layout);
        const Message sent =
            sent_by(*method, *device, {1, update.data()}, {1, 1, 1, update.data(), update.data()});
        const std::size_t k = kept_of(option<double>(config, "ratio"), masked);
        const std::size_t values = config.name == "topk" ? k : 1 + (k + 31) / 32;
        const std::size_t bytes = encode(sent).size();
        EXPECT_EQ(bytes, 48 + table_bytes(sent) + 4 * words_of_positions(sent) + 4 * values +
                             4 * 1'920 + 4);
        const double each = 8.0 * static_cast<double>(bytes) / 390'880;
        RecordProperty(std::string(config.name == "topk" ? "topk_" : "stc_") + std::to_string(k),
                       std::to_string(bytes) + " bytes, " + std::to_string(each));
    }
}

} // namespace
} // namespace fedmrn::test
