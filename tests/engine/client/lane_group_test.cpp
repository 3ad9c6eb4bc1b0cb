// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "kernels/cpu/cpu_device.hpp"
#include "tests/support/federation.hpp"
#include "tests/support/methods_under_test.hpp"
#include "tests/support/narrow_models.hpp"
#include "tests/support/on_device.hpp"

namespace fedmrn::test {
namespace {

using Bytes = std::vector<std::byte>;

/// One and many samples, whole batches and short ones; more clients than lanes.
const std::vector<std::uint32_t> counts{16, 1, 37, 5, 64, 23, 8};

struct Trained {
    std::vector<Bytes> messages; ///< by slot; empty: not done
    std::vector<LaneMetrics> metrics;
    std::uint64_t samples = 0; ///< that stepped() told of
    std::size_t steps = 0;     ///< of the group
};

class Lanes : public OnDevice {
protected:
    Trained train(const Model& model, const MethodConfig& how, const ClientConfig& config,
                  std::size_t lanes, std::size_t stop_after = 1'000'000) {
        const Federation federation(device, model, counts);
        const auto method = make_method(how, model.layout);
        const Buffer<float> global(device, random_state(model, 1));
        const Stages stages = make_stages(config, how, model.layout);
        LaneGroup group(device, model, *method, stages, config, lanes, Real::f32);
        Trained result{std::vector<Bytes>(counts.size()), std::vector<LaneMetrics>(counts.size())};
        std::size_t taken = 0;
        std::stop_source stop;
        group.run(
            federation.resident.view(), {4, global.data()},
            [&]() -> std::optional<ClientTask> {
                return taken < counts.size() ? std::optional(federation.tasks[taken++])
                                             : std::nullopt;
            },
            [&](const ClientTask& task, const MessageView& message, const LaneMetrics& metrics) {
                result.messages[task.slot] = encode(message);
                result.metrics[task.slot] = metrics;
            },
            [&](std::uint64_t samples) {
                result.samples += samples;
                if (++result.steps == stop_after) stop.request_stop();
            },
            stop.get_token());
        return result;
    }
};
INSTANTIATE_TEST_SUITE_P(On, Lanes, ::testing::ValuesIn(kinds_under_test()), kind_name);

constexpr ClientConfig client{
    .epochs = 2, .batch = 8, .lr = 0.05, .momentum = 0.9, .weight_decay = 0.01};

TEST_P(Lanes, TheirNumberNeverChangesAMessage) {
    for (const Model& model : {narrow_cnn(), narrow_mlp()}) {
        for (const NamedMethod& method : methods_under_test()) {
            const Trained one = train(model, method.config, client, 1);
            for (const std::size_t lanes : {2u, 3u, 9u}) {
                const Trained many = train(model, method.config, client, lanes);
                for (std::size_t k = 0; k < counts.size(); ++k) {
                    ASSERT_FALSE(one.messages[k].empty());
                    EXPECT_EQ(one.messages[k], many.messages[k])
                        << method.name << ", client " << k << ", " << lanes << " lanes";
                    EXPECT_EQ(one.metrics[k].sum, many.metrics[k].sum);
                }
            }
        }
    }
}

/// Every sample of every epoch is trained on once. One lane takes the sum of the clients' steps, as
/// many lanes as clients take those of the longest.
TEST_P(Lanes, StepsAndSamplesAddUp) {
    const std::uint64_t all = 2 * (16 + 1 + 37 + 5 + 64 + 23 + 8);
    const std::size_t steps = 2 * (2 + 1 + 5 + 1 + 8 + 3 + 1);
    const Trained one = train(narrow_mlp(), {}, client, 1),
                  seven = train(narrow_mlp(), {}, client, 7);
    EXPECT_EQ(one.samples, all);
    EXPECT_EQ(seven.samples, all);
    EXPECT_EQ(one.steps, steps);
    EXPECT_EQ(seven.steps, 16u);
    for (std::size_t k = 0; k < counts.size(); ++k) EXPECT_EQ(one.metrics[k].rows, 2 * counts[k]);
}

/// Lanes are refilled at once: three of them take no longer than the first free lane allows.
TEST_P(Lanes, AFreeLaneTakesTheNextClient) {
    // Steps of the clients: 4, 2, 10, 2, 16, 6, 2. Lane 1: 2 + 2 + 16, lane 0: 4 + ….
    EXPECT_EQ(train(narrow_mlp(), {}, client, 3).steps, 20u);
}

TEST_P(Lanes, ARequestedStopEndsTheRunAtTheNextStep) {
    const Trained stopped = train(narrow_mlp(), {}, client, 2, 3);
    EXPECT_EQ(stopped.steps, 3u);
    EXPECT_FALSE(stopped.messages[1].empty()); // its two steps were done
    EXPECT_TRUE(stopped.messages[0].empty());
    EXPECT_TRUE(stopped.messages[6].empty());
}

TEST_P(Lanes, EveryMethodMakesItsOwnMessages) {
    std::vector<Bytes> seen;
    for (const NamedMethod& method : methods_under_test()) {
        const Bytes bytes = train(narrow_mlp(), method.config, client, 2).messages[4];
        for (const Bytes& other : seen) EXPECT_NE(bytes, other) << method.name;
        seen.push_back(bytes);
    }
}

/// What rounds of these rates send, by one group or by a new one for each.
class Rounds : public OnDevice {
protected:
    std::vector<Bytes> train(Device& on, const MethodConfig& how, bool anew) {
        const Model model = narrow_mlp();
        const Federation federation(on, model, {16, 5});
        const auto method = make_method(how, model.layout);
        const Stages stages = make_stages(client, how, model.layout);
        const Buffer<float> global(on, random_state(model, 1));
        std::vector<Bytes> sent;
        std::optional<LaneGroup> group;
        for (const double decay : {1.0, 0.5, 0.25, 1.0 / 3}) {
            if (anew || !group) group.emplace(on, model, *method, stages, client, 2, Real::f32);
            std::size_t taken = 0;
            std::vector<Bytes> of_round(2);
            group->run(
                federation.resident.view(), {4, global.data(), decay},
                [&]() -> std::optional<ClientTask> {
                    return taken < 2 ? std::optional(federation.tasks[taken++]) : std::nullopt;
                },
                [&](const ClientTask& task, const MessageView& message, const LaneMetrics&) {
                    of_round[task.slot] = encode(message);
                },
                [](std::uint64_t) {}, {});
            sent.insert(sent.end(), of_round.begin(), of_round.end());
        }
        return sent;
    }
    const std::vector<MethodConfig> methods{
        {"fedavg"}, {"fedmrn", {{"magnitude_decay", true}, {"magnitude", 0.05}}}, {"fedbat"}};
};
INSTANTIATE_TEST_SUITE_P(On, Rounds, ::testing::ValuesIn(kinds_under_test()), kind_name);

/// A step that was recorded in the first round follows the rate and the noise of the others.
TEST_P(Rounds, ARecordedStepFollowsWhatTheyChange) {
    for (const MethodConfig& how : methods) {
        const auto sent = train(device, how, false);
        EXPECT_EQ(sent, train(device, how, true)) << how.name;
        EXPECT_NE(sent[0], sent[2]) << how.name;
        EXPECT_NE(sent[2], sent[4]) << how.name;
    }
}

/// A device that counts what is recorded.
class Recorder final : public kernels::cpu::CpuDevice {
public:
    std::unique_ptr<Recording> record(const std::function<void()>& work) override {
        ++recordings;
        return CpuDevice::record(work);
    }
    int recordings = 0;
};

/// At most once for both lanes, and once for the first when the other's client is done.
TEST_P(Rounds, AreTrainedByAStepThatIsRecordedOnce) {
    if (device.kind() != DeviceKind::cpu) GTEST_SKIP() << "counted on the CPU";
    for (const MethodConfig& how : methods) {
        Recorder once, anew;
        static_cast<void>(train(once, how, false));
        static_cast<void>(train(anew, how, true));
        EXPECT_EQ(once.recordings, 2) << how.name;
        EXPECT_EQ(anew.recordings, 8) << how.name;
    }
}

TEST_P(Lanes, MomentumDecayAndRateMatter) {
    const Bytes bytes = train(narrow_mlp(), {}, client, 1).messages[2];
    ClientConfig other = client;
    other.momentum = 0;
    EXPECT_NE(train(narrow_mlp(), {}, other, 1).messages[2], bytes);
    other = client;
    other.weight_decay = 0;
    EXPECT_NE(train(narrow_mlp(), {}, other, 1).messages[2], bytes);
    other = client;
    other.lr = 0.06;
    EXPECT_NE(train(narrow_mlp(), {}, other, 1).messages[2], bytes);
}

} // namespace
} // namespace fedmrn::test
