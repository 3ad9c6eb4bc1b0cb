// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#include "engine/server/intake.hpp"

#include "engine/base/threads.hpp"
#include "engine/stage/deflate_packing.hpp"
#include "kernels/cpu/cpu_device.hpp"

#include "tests/support/meeting.hpp"
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
    /// So many bytes of them, alike but for who sends and what it counts.
    std::vector<Upload> uploads_of(const Method& method, std::size_t bytes) {
        Message one = decode(uploads(method, 1).front().bytes);
        std::vector<Upload> made;
        for (std::size_t done = 0; done < bytes; done += made.back().bytes.size()) {
            one.client = made.size();
            one.seed = 1000 + one.client;
            one.samples = 1 + 7 * one.client;
            made.push_back({encode(one), {}});
        }
        return made;
    }
    /// As uploads() makes them.
    static std::vector<ExpectedUpload> first(std::size_t clients, std::uint64_t weight = 0) {
        std::vector<ExpectedUpload> expected;
        for (std::uint64_t k = 0; k < clients; ++k) expected.push_back({k, 1000 + k, weight});
        return expected;
    }
    std::vector<double> taken(const Method& method, std::vector<Upload> uploads,
                              const IntakeBound& bound,
                              const std::vector<ExpectedUpload>& expected = {},
                              const Packing* packing = nullptr,
                              std::span<const std::unique_ptr<Device>> helpers = {}) {
        const Buffer<float> g(device, global);
        const RoundContext round{7, g.data()};
        Sums sums(device, method.server->sums());
        WallTime time;
        take_in(device, round, method, expected.empty() ? first(uploads.size()) : expected, uploads,
                sums, time, bound, packing, nullptr, helpers);
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

/// What was read leaves its memory to whoever sends next.
TEST_P(Intake, BytesGoToRooms) {
    const auto method = make_method(methods_under_test().front().config, model.layout, 11);
    auto sent = uploads(*method, 3);
    std::vector<const std::byte*> places;
    for (const Upload& upload : sent) places.push_back(upload.bytes.data());
    const Buffer<float> g(device, global);
    Sums sums(device, method->server->sums());
    WallTime time;
    Rooms rooms;
    take_in(device, {7, g.data()}, *method, first(3), sent, sums, time, {}, nullptr, &rooms);
    for (int i = 0; i < 3; ++i) {
        const std::vector<std::byte> room = rooms.take();
        EXPECT_EQ(std::erase(places, room.data()), 1U);
    }
    EXPECT_TRUE(rooms.take().empty());
}

/// Packed bytes were written in no room: given to them they would only become more, round by round.
TEST_P(Intake, PackedBytesGoToNoRoom) {
    const auto method = make_method(methods_under_test().front().config, model.layout, 11);
    const DeflatePacking packing(6);
    auto sent = uploads(*method, 2);
    for (Upload& upload : sent) upload.bytes = packed(packing, upload.bytes);
    const Buffer<float> g(device, global);
    Sums sums(device, method->server->sums());
    WallTime time;
    Rooms rooms;
    take_in(device, {7, g.data()}, *method, first(2), sent, sums, time, {}, &packing, &rooms);
    EXPECT_TRUE(rooms.take().empty());
}

/// A device that counts the copies to it.
class Copies final : public kernels::cpu::CpuDevice {
public:
    void copy_in(DevicePointer<void> device, const void* host, std::size_t bytes) override {
        ++copies;
        CpuDevice::copy_in(device, host, bytes);
    }
    int copies = 0;
};

/// A copy to a GPU takes microseconds, however small: arrays of small messages share one.
TEST_P(Intake, SmallArraysAreCopiedTogether) {
    for (const char* name : {"fedmrn", "signsgd", "fedpm"}) {
        const auto method = make_method({name}, model.layout, 11);
        auto sent = uploads(*method, 20);
        Copies counting;
        const Buffer<float> g(counting, global);
        Sums sums(counting, method->server->sums());
        WallTime time;
        counting.copies = 0;
        take_in(counting, {7, g.data()}, *method, first(20), sent, sums, time);
        EXPECT_LE(counting.copies, 3) << name;
    }
}

/// However many threads check them; of several that are wrong the first is said.
TEST_P(Intake, ThreadsNeverChangeABit) {
    const auto method = make_method({"fedavg"}, model.layout);
    std::vector<Upload> sent = uploads_of(*method, 4 * bytes_worth_a_thread);
    const IntakeBound alone{.messages = sent.size()}, four{.messages = sent.size(), .threads = 4};
    EXPECT_TRUE(same_bits(taken(*method, sent, four), taken(*method, sent, alone)));
    for (const std::size_t k : {8, 3, 5}) sent[k].bytes.resize(100 + k);
    EXPECT_TRUE(one_line([&] { taken(*method, sent, four); }, "truncated: 103 bytes"));
}

/// However many devices add, down to the statistics.
TEST_P(Intake, HelpersNeverChangeABit) {
    if (device.kind() != DeviceKind::cpu) GTEST_SKIP() << "helpers are on the host";
    for (const NamedMethod& named : methods_under_test()) {
        const auto method = make_method(named.config, model.layout, 11);
        const auto sent = uploads(*method, 21);
        const auto alone = taken(*method, sent, {});
        for (const std::size_t count : {2, 3, 5}) {
            std::vector<std::unique_ptr<Device>> helpers;
            while (helpers.size() < count) helpers.push_back(open_device(device.kind()));
            EXPECT_TRUE(same_bits(taken(*method, sent, {}, {}, nullptr, helpers), alone))
                << named.name << ", " << count;
        }
    }
}

/// Where there is enough to unpack, threads share it.
TEST_P(Intake, IsSharedByThreads) {
    const auto method = make_method({"fedavg"}, model.layout);
    const Meeting meeting(Meeting::Where::unpacking);
    std::vector<Upload> sent = uploads_of(*method, std::size_t{1} << 18);
    for (Upload& upload : sent) upload.bytes = packed(meeting, upload.bytes);
    const IntakeBound two{.messages = sent.size(), .threads = 2};
    static_cast<void>(taken(*method, sent, two, {}, &meeting));
    EXPECT_TRUE(meeting.met());
}

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

/// Packed uploads give the same bits, in parts too, and only packed ones are taken.
TEST_P(Intake, PackedUploadsAreUnpacked) {
    const DeflatePacking deflate;
    for (const NamedMethod& named : methods_under_test()) {
        const auto method = make_method(named.config, model.layout, 11);
        const auto sent = uploads(*method, 5);
        auto small = sent;
        for (Upload& upload : small) upload.bytes = packed(deflate, upload.bytes);
        const auto all = taken(*method, sent, {});
        EXPECT_TRUE(same_bits(taken(*method, small, {}, {}, &deflate), all)) << named.name;
        const std::size_t two = 2 * sent.front().bytes.size(); // as they are unpacked
        EXPECT_TRUE(same_bits(taken(*method, small, {.bytes = two}, {}, &deflate), all));
        EXPECT_TRUE(one_line([&] { taken(*method, sent, {}, {}, &deflate); }, "not packed"));
        EXPECT_TRUE(one_line([&] { taken(*method, small, {}); }, "wrong magic"));
    }
}

/// Weights are the server's: alike, messages of any samples give the mean of equal ones.
TEST_P(Intake, AWeightIsNotTheMessages) {
    const auto method = make_method({"fedavg"}, model.layout);
    const std::size_t n = model.layout.trainable;
    const std::vector<Upload> sent{
        {encode(message(*method, 0, 100, std::vector<float>(n, 1.0f))), {}},
        {encode(message(*method, 1, 300, std::vector<float>(n, -3.0f))), {}}};
    EXPECT_EQ(taken(*method, sent, {}, first(2, 1)).front(), -1.0);
    EXPECT_EQ(taken(*method, sent, {}).front(), -2.0);
}

/// What counts is what was asked for: no client twice or in another's place, no round before, no
/// noise but the one that the server's seed makes.
TEST_P(Intake, AMessageNobodyAskedForIsOneLine) {
    const auto method = make_method({"fedmrn"}, model.layout);
    const auto sent = uploads(*method, 2);
    const auto refused = [&](std::vector<Upload> some, std::vector<ExpectedUpload> expected,
                             const char* why) {
        EXPECT_TRUE(one_line([&] { taken(*method, some, {}, expected); }, why));
    };
    refused({sent[0], sent[0]}, first(2),
            "uplink message of client 0: is from client 0, expected 1");
    refused(sent, {{0, 1000}, {7, 1001}},
            "uplink message of client 1: is from client 1, expected 7");
    refused(sent, {{0, 1000}, {1, 1002}},
            "uplink message of client 1: has seed 1001, expected 1002");
    const Buffer<float> g(device, global);
    const auto late = first(2);
    auto again = sent;
    Sums sums(device, method->server->sums());
    WallTime time;
    EXPECT_TRUE(one_line(
        [&] {
            take_in(device, {8, g.data()}, *method, late, again, sums, time);
        },
        "uplink message of client 0: is of round 7, expected 8"));
}

/// FedPM's messages carry the seed of the frozen weights, which the server knows: no client's own.
TEST_P(Intake, TheSeedIsTheOneThatTheCodecSays) {
    const auto method = make_method({"fedpm"}, model.layout, 11);
    std::vector<Upload> sent = uploads(*method, 2);
    const Message made = decode(sent[1].bytes);
    EXPECT_EQ(made.seed, 11U);
    EXPECT_NO_THROW(taken(*method, sent, {}));
    Message own = made;
    own.seed = 1001;
    sent[1].bytes = encode(own);
    EXPECT_TRUE(one_line([&] { taken(*method, sent, {}); },
                         "uplink message of client 1: has seed 1001, expected 11"));
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
