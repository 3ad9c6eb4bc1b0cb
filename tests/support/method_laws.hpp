// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>

#include "engine/message/received.hpp"
#include "tests/support/method_test.hpp"

namespace fedmrn::test {

/// What holds of every method, whatever it sends: of one that stands in no list as well.
class MethodLaws : public MethodTest {
protected:
    /// All that a client of the method trains.
    static std::vector<float> variables(const Method& method, std::uint64_t seed) {
        return RandomValues(seed).values(method.local->count(), 0.02);
    }
    std::vector<Message> cohort(const Method& method, std::uint64_t clients) {
        std::vector<Message> messages;
        for (std::uint64_t k = 0; k < clients; ++k) {
            messages.push_back(message(method, k, 100 + 37 * k, variables(method, k)));
        }
        return messages;
    }

    /// The table is the sender's and the receiver's, and the bytes say all.
    void sends_what_its_table_says(const Method& method) {
        const Message sent = message(method, 3, 64, variables(method, 1));
        const auto table = method.uplink->table(7);
        EXPECT_EQ(sent.tensors, table);
        const auto bytes = encode(sent);
        EXPECT_EQ(decode(bytes, table), sent);
        EXPECT_EQ(owned(ReceivedMessage(bytes, table).view()), sent);
    }

    void order_never_matters(const Method& method) {
        std::vector<Message> messages = cohort(method, 5);
        const auto first = aggregate(method, messages);
        for (int trial = 0; trial < 5; ++trial) {
            std::rotate(messages.begin(), messages.begin() + 2, messages.end());
            std::swap(messages[0], messages[1]);
            EXPECT_TRUE(same_bits(aggregate(method, messages), first));
        }
    }

    /// A message at a time, two, or all of them.
    void parts_never_matter(const Method& method) {
        const std::vector<Message> messages = cohort(method, 7);
        const auto all = aggregate(method, messages);
        for (const std::size_t most : {1, 2, 4}) {
            Sums sums(device, method.server->sums());
            add_parts(method, messages, most, sums);
            EXPECT_TRUE(same_bits(finished(method, sums), all)) << most << " at a time";
        }
    }

    /// Sums of two halves, as two processes would have them, added.
    void sums_of_halves_add(const Method& method) {
        const std::vector<Message> messages = cohort(method, 6);
        const auto all = aggregate(method, messages);
        Sums first(device, method.server->sums()), second(device, method.server->sums());
        add_parts(method, std::span(messages).first(2), 2, first);
        add_parts(method, std::span(messages).subspan(2), 4, second);
        first.add(second);
        EXPECT_EQ(first.messages(), 6U);
        EXPECT_TRUE(same_bits(finished(method, first), all));
    }

    /// A message decoded alone is what the server makes of it alone: the same update, on the grid
    /// of the sums, or the values that it would set. Two together are each as alone.
    void decodes_to_what_one_aggregates_to(const Method& method) {
        const std::size_t state = model.layout.state;
        const std::vector<Message> sent{message(method, 1, 64, variables(method, 1)),
                                        message(method, 2, 64, variables(method, 2))};
        const Buffer<float> g(device, global);
        Buffer<float> updates(device, 2 * state);
        method.uplink->decode(device, {7, g.data()}, Received(sent).views, updates.data());
        const auto decoded = updates.read();
        for (std::size_t k = 0; k < 2; ++k) {
            const auto change = aggregate(method, {sent[k]});
            std::vector<float> alone, server;
            for (std::size_t i = 0; i < state; ++i) {
                const double base = i < method.server->sets() ? double{global[i]} : 0.0;
                server.push_back(static_cast<float>(base + change[i]));
                const auto fixed = formula::to_fixed(decoded[k * state + i]);
                alone.push_back(static_cast<float>(formula::from_fixed(fixed, 1)));
            }
            EXPECT_TRUE(same_bits(alone, server)) << "message " << k;
        }
    }

    /// Codec::add is what decoding and adding would give.
    void adds_what_it_decodes_to(const Method& method) {
        const std::size_t state = model.layout.state;
        const std::vector<Message> sent = cohort(method, 3);
        const Received received(sent);
        const Buffer<float> g(device, global);
        Buffer<float> updates(device, 3 * state);
        Buffer<formula::Wide> sum(device, state);
        method.uplink->decode(device, {7, g.data()}, received.views, updates.data());
        method.uplink->add(device, {7, g.data()}, received.all(), sum.data());
        const auto decoded = updates.read();
        const auto added = sum.read();
        for (std::size_t i = 0; i < state; ++i) {
            formula::Wide expected = 0;
            for (std::size_t k = 0; k < 3; ++k) {
                const auto weight = static_cast<formula::Wide>(received.weights[k]);
                expected += weight * formula::to_fixed(decoded[k * state + i]);
            }
            ASSERT_TRUE(added[i] == expected) << i;
        }
    }

    void encodes_together_as_alone(const Method& method) {
        const Buffer<float> g(device, global), a(device, variables(method, 1)),
            b(device, variables(method, 2));
        const RoundContext round{7, g.data()};
        const std::vector<TrainedClient> clients{{1, 1001, 10, a.data(), g.data()},
                                                 {2, 1002, 20, b.data(), g.data()}};
        const PendingMessages pending = method.uplink->encode(device, round, clients);
        const auto together = pending();
        ASSERT_EQ(together.size(), 2U);
        for (std::size_t k = 0; k < 2; ++k) {
            EXPECT_EQ(owned(together[k]), sent_by(method, device, round, clients[k]));
        }
    }

    /// Sent and received on the CPU as here.
    void every_device_is_as_the_cpu(const Method& method) {
        const auto cpu = open_device(DeviceKind::cpu);
        const auto update = variables(method, 4);
        const Buffer<float> g(*cpu, global), u(*cpu, update), w(*cpu, global);
        const RoundContext round{7, g.data()};
        const Message of_cpu = sent_by(method, *cpu, round, {5, 1005, 64, u.data(), w.data()});
        EXPECT_EQ(message(method, 5, 64, update, 0.0f), of_cpu);
        const auto mean = change_of(method, *cpu, round, {&of_cpu, 1}, model.layout.state);
        EXPECT_TRUE(same_bits(aggregate(method, {of_cpu}), mean));
    }

    void every_law(const Method& method) {
        sends_what_its_table_says(method);
        order_never_matters(method);
        parts_never_matter(method);
        sums_of_halves_add(method);
        decodes_to_what_one_aggregates_to(method);
        adds_what_it_decodes_to(method);
        encodes_together_as_alone(method);
        every_device_is_as_the_cpu(method);
    }

private:
    void add_parts(const Method& method, std::span<const Message> messages, std::size_t most,
                   Sums& sums) {
        const Received received(messages);
        const Buffer<float> g(device, global);
        for (std::size_t begin = 0; begin < messages.size(); begin += most) {
            receive(device, {7, g.data()}, *method.uplink, *method.server,
                    received.all().part(begin, most), sums);
        }
    }
    std::vector<double> finished(const Method& method, const Sums& sums) {
        const Buffer<float> g(device, global);
        Buffer<double> change(device, model.layout.state);
        method.server->finish(device, {7, g.data()}, sums, change.data());
        return change.read();
    }
};

} // namespace fedmrn::test
