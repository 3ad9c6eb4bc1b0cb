// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#include "tests/support/method_test.hpp"
#include "tests/support/methods_under_test.hpp"
#include "tests/support/reason.hpp"

namespace fedmrn::test {
namespace {

/// What holds of every method, whatever it sends.
class EveryMethod : public MethodTest {
protected:
    [[nodiscard]] std::unique_ptr<Method> make(const NamedMethod& named) const {
        return make_method(named.config, model.layout, 11);
    }
    /// Of all that a client of the method trains.
    static std::vector<float> variables(const Method& method, std::uint64_t seed) {
        return RandomValues(seed).values(method.local->count(), 0.02);
    }
};
INSTANTIATE_TEST_SUITE_P(On, EveryMethod, ::testing::ValuesIn(kinds_under_test()), kind_name);

TEST_P(EveryMethod, SendsWhatItsTableSaysThroughBytes) {
    for (const NamedMethod& named : methods_under_test()) {
        const auto method = make(named);
        const Message sent = message(*method, 3, 64, variables(*method, 1));
        EXPECT_EQ(sent.tensors, method->uplink->table(7)) << named.name;
        EXPECT_EQ(decode(encode(sent), method->uplink->table(7)), sent) << named.name;
    }
}

TEST_P(EveryMethod, TheOrderOfMessagesNeverMatters) {
    for (const NamedMethod& named : methods_under_test()) {
        const auto method = make(named);
        std::vector<Message> messages;
        for (std::uint64_t k = 0; k < 5; ++k) {
            messages.push_back(message(*method, k, 100 + 37 * k, variables(*method, k)));
        }
        const auto first = aggregate(*method, messages);
        for (int trial = 0; trial < 5; ++trial) {
            std::rotate(messages.begin(), messages.begin() + 2, messages.end());
            std::swap(messages[0], messages[1]);
            EXPECT_TRUE(same_bits(aggregate(*method, messages), first)) << named.name;
        }
    }
}

TEST_P(EveryMethod, EveryDeviceSendsAndDecodesTheCpusBits) {
    const auto cpu = open_device(DeviceKind::cpu);
    for (const NamedMethod& named : methods_under_test()) {
        const auto method = make(named);
        const auto update = variables(*method, 4);
        const Buffer<float> g(*cpu, global), u(*cpu, update), w(*cpu, global);
        const Message of_cpu =
            sent_by(*method, *cpu, {7, g.data()}, {5, 1005, 64, u.data(), w.data()});
        EXPECT_EQ(message(*method, 5, 64, update, 0.0f), of_cpu) << named.name;
        const auto mean = change_of(*method, *cpu, {7, g.data()}, {&of_cpu, 1}, model.layout.state);
        EXPECT_TRUE(same_bits(aggregate(*method, {of_cpu}), mean)) << named.name;
    }
}

TEST_P(EveryMethod, ClientsEncodedTogetherAreAsAlone) {
    for (const NamedMethod& named : methods_under_test()) {
        const auto method = make(named);
        const Buffer<float> g(device, global), a(device, variables(*method, 1)),
            b(device, variables(*method, 2));
        const RoundContext round{7, g.data()};
        const std::vector<TrainedClient> clients{{1, 1001, 10, a.data(), g.data()},
                                                 {2, 1002, 20, b.data(), g.data()}};
        const PendingMessages pending = method->uplink->encode(device, round, clients);
        const auto together = pending();
        ASSERT_EQ(together.size(), 2U);
        for (std::size_t k = 0; k < 2; ++k) {
            EXPECT_EQ(owned(together[k]), sent_by(*method, device, round, clients[k]))
                << named.name;
        }
    }
}

TEST_P(EveryMethod, AnotherMethodsMessageIsOneLine) {
    for (const NamedMethod& ours : methods_under_test()) {
        for (const NamedMethod& theirs : methods_under_test()) {
            if (ours.config.name == theirs.config.name) continue;
            const auto sender = make(theirs), method = make(ours);
            Message sent = message(*sender, 9, 5, variables(*sender, 1));
            if (sent.tensors != method->uplink->table(7)) {
                EXPECT_TRUE(one_line([&] { (void)decode(encode(sent), method->uplink->table(7)); },
                                     "uplink message: wrong model"));
                continue;
            }
            EXPECT_TRUE(
                one_line([&] { aggregate(*method, {sent}); }, "client 9: made with another method"))
                << ours.name << " reads " << theirs.name;
        }
    }
}

} // namespace
} // namespace fedmrn::test
