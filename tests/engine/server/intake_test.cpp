// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#include "engine/server/intake.hpp"

#include "tests/support/method_test.hpp"
#include "tests/support/methods_under_test.hpp"
#include "tests/support/reason.hpp"

namespace fedmrn::test {
namespace {

class Intake : public MethodTest {
protected:
    std::vector<Upload> uploads(const Method& method, std::size_t clients) {
        std::vector<Upload> made;
        for (std::uint64_t k = 0; k < clients; ++k) {
            const auto values = RandomValues(k).values(method.local->count(), 0.02);
            made.push_back({encode(message(method, k, 100 + 37 * k, values)), {}});
        }
        return made;
    }
    std::vector<double> taken(const Method& method, std::vector<Upload> uploads,
                              const IntakeBound& bound, Weighing weighing = Weighing::samples) {
        const Buffer<float> g(device, global);
        const RoundContext round{7, g.data()};
        Sums sums(device, method.server->sums());
        WallTime time;
        take_in(device, round, method, weighing, uploads, sums, time, bound);
        for (const Upload& upload : uploads) EXPECT_EQ(upload.bytes.capacity(), 0U);
        EXPECT_GT(time.messages, 0.0);
        EXPECT_GT(time.aggregation, 0.0);
        EXPECT_EQ(sums.messages(), uploads.size());
        Buffer<double> change(device, model.layout.state);
        method.server->finish(device, round, sums, change.data());
        return change.read();
    }
};
INSTANTIATE_TEST_SUITE_P(On, Intake, ::testing::ValuesIn(kinds_under_test()), kind_name);

/// However many are read together, by number or by bytes, and all bytes are freed.
TEST_P(Intake, PartsNeverChangeABit) {
    for (const NamedMethod& named : methods_under_test()) {
        const auto method = make_method(named.config, model.layout, 11);
        const auto sent = uploads(*method, 7);
        const auto all = taken(*method, sent, {});
        for (const std::size_t most : {1, 2, 5}) {
            EXPECT_TRUE(same_bits(taken(*method, sent, {.messages = most}), all)) << named.name;
        }
        const std::size_t three = 3 * sent.front().bytes.size();
        EXPECT_TRUE(same_bits(taken(*method, sent, {.bytes = three}), all)) << named.name;
        EXPECT_TRUE(same_bits(taken(*method, sent, {.bytes = 1}), all)) << named.name;
    }
}

/// Weights are the server's: alike, messages of any samples give the mean of equal ones.
TEST_P(Intake, AWeightIsNotTheMessages) {
    const auto method = make_method({"fedavg"}, model.layout);
    const std::size_t n = model.layout.trainable;
    const std::vector<Upload> sent{
        {encode(message(*method, 1, 100, std::vector<float>(n, 1.0f))), {}},
        {encode(message(*method, 2, 300, std::vector<float>(n, -3.0f))), {}}};
    EXPECT_EQ(taken(*method, sent, {}, Weighing::alike).front(), -1.0);
    EXPECT_EQ(taken(*method, sent, {}).front(), -2.0);
}

/// Damage in a late part is found before anything of that part is added.
TEST_P(Intake, ADamagedUploadIsOneLine) {
    const auto method = make_method({"fedavg"}, model.layout);
    auto sent = uploads(*method, 3);
    sent[2].bytes.back() ^= std::byte{1};
    EXPECT_TRUE(one_line([&] { taken(*method, sent, {.messages = 1}); }, "wrong CRC32C"));
}

} // namespace
} // namespace fedmrn::test
