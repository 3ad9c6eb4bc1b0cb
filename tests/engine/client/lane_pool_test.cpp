// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#include <cmath>

#include <gtest/gtest.h>

#include "engine/base/threads.hpp"
#include "engine/client/lane_pool.hpp"
#include "kernels/cpu/cpu_device.hpp"
#include "tests/support/columns.hpp"
#include "tests/support/compare.hpp"
#include "tests/support/federation.hpp"
#include "tests/support/in_turn.hpp"
#include "tests/support/meeting.hpp"
#include "tests/support/methods_under_test.hpp"
#include "tests/support/narrow_models.hpp"
#include "tests/support/on_device.hpp"
#include "tests/support/reason.hpp"
#include "tests/support/reference_network.hpp"

namespace fedmrn::test {
namespace {

const std::vector<std::uint32_t> counts{16, 1, 37, 5, 64, 23, 8};

class Pool : public OnDevice {
protected:
    Pool() {
        config.client = {.epochs = 2, .batch = 8, .lr = 0.05, .momentum = 0.9};
        config.server.eval_batch = 10;
    }
    LanePool pool(const Method& method, std::size_t lanes) {
        return {device, model, method, stages, config, lanes, federation.data.samples()};
    }
    static void ignore(std::uint64_t) {}

    const Model model = narrow_cnn();
    Config config;
    const Stages stages;
    Federation federation{device, model, counts};
    Buffer<float> global{device, random_state(model, 1)};
};
INSTANTIATE_TEST_SUITE_P(On, Pool, ::testing::ValuesIn(kinds_under_test()), kind_name);

TEST_P(Pool, LanesNeverChangeAnUpload) {
    for (const NamedMethod& named : methods_under_test()) {
        const auto method = make_method(named.config, model.layout);
        std::vector<Upload> first;
        for (const std::size_t lanes : {1u, 2u, 3u}) {
            LanePool lane_pool = pool(*method, lanes);
            const auto uploads =
                lane_pool.train(federation.tasks.size(), in_turn(federation.tasks),
                                federation.resident.view(), {4, global.data()}, ignore, {});
            ASSERT_EQ(uploads.size(), counts.size());
            if (first.empty()) first = uploads;
            for (std::size_t k = 0; k < counts.size(); ++k) {
                EXPECT_EQ(uploads[k].bytes, first[k].bytes)
                    << named.name << ", " << lanes << " lanes";
                EXPECT_EQ(uploads[k].metrics.sum, first[k].metrics.sum);
                EXPECT_EQ(decode(uploads[k].bytes).client, 10 + k);
                EXPECT_EQ(decode(uploads[k].bytes).samples, counts[k]);
            }
        }
    }
}

/// Lanes in lockstep on the CPU.
class Lockstep final : public kernels::cpu::CpuDevice {
public:
    [[nodiscard]] LaneMode lane_mode() const override { return LaneMode::lockstep; }
};

struct Packs final : Stage {
    explicit Packs(const Packing& by) : how(by) {}
    [[nodiscard]] const Packing* packing() const override { return &how; }
    const Packing& how;
};

/// Where lanes share a device, what ends together is packed by several threads, into the bytes that
/// a lane alone gives.
TEST_P(Pool, MessagesThatEndTogetherAreSharedByThreads) {
    if (device.kind() != DeviceKind::cpu) GTEST_SKIP() << "a CPU whose lanes share it";
    if (cores() < 2) GTEST_SKIP() << "one core";
    const auto method = make_method({"fedavg"}, model.layout);
    const Meeting meeting(Meeting::Where::packing), alone(Meeting::Where::unpacking);
    const Federation equal(device, model, std::vector<std::uint32_t>(6, 8));
    const auto trained = [&](const Packing& packing, std::size_t lanes) {
        Lockstep shared;
        const Stages packs({std::make_shared<Packs>(packing)});
        LanePool lane_pool(shared, model, *method, packs, config, lanes, 1);
        std::vector<std::vector<std::byte>> bytes;
        for (Upload& upload :
             lane_pool.train(equal.tasks.size(), in_turn(equal.tasks), equal.resident.view(),
                             {4, global.data()}, ignore, {}))
            bytes.push_back(std::move(upload.bytes));
        return bytes;
    };
    const auto together = trained(meeting, 6);
    EXPECT_TRUE(meeting.met());
    EXPECT_EQ(together.size(), 6U);
    EXPECT_EQ(together, trained(alone, 1));
}

TEST_P(Pool, CanTrainAgain) {
    const auto method = make_method({}, model.layout);
    LanePool lane_pool = pool(*method, 2);
    const auto train = [&] {
        return lane_pool.train(federation.tasks.size(), in_turn(federation.tasks),
                               federation.resident.view(), {4, global.data()}, ignore, {});
    };
    const auto once = train(), again = train();
    for (std::size_t k = 0; k < counts.size(); ++k) EXPECT_EQ(once[k].bytes, again[k].bytes);
}

TEST_P(Pool, ARequestedStopGivesTheRoundUp) {
    const auto method = make_method({}, model.layout);
    for (const std::size_t lanes : {1u, 3u}) {
        LanePool lane_pool = pool(*method, lanes);
        std::stop_source stop;
        std::atomic<int> steps{0};
        const auto stepped = [&](std::uint64_t) {
            if (++steps == 2) stop.request_stop();
        };
        EXPECT_TRUE(lane_pool
                        .train(federation.tasks.size(), in_turn(federation.tasks),
                               federation.resident.view(), {4, global.data()}, stepped,
                               stop.get_token())
                        .empty());
        EXPECT_LE(steps, 2 + static_cast<int>(lanes));
    }
}

/// A client that diverges ends the round with one line, whatever the other lanes do, and the pool
/// can go on with another round.
TEST_P(Pool, ADivergedClientIsOneLine) {
    for (const std::string name : {"fedavg", "fedmrn"}) {
        const auto method = make_method({name}, model.layout);
        LanePool lane_pool = pool(*method, 3);
        const Buffer<float> broken(device, std::vector<float>(model.layout.state, std::nanf("")));
        EXPECT_TRUE(one_line(
            [&] {
                lane_pool.train(federation.tasks.size(), in_turn(federation.tasks),
                                federation.resident.view(), {4, broken.data()}, ignore, {});
            },
            "the training loss is not finite", Fault::run));
        EXPECT_EQ(lane_pool
                      .train(federation.tasks.size(), in_turn(federation.tasks),
                             federation.resident.view(), {4, global.data()}, ignore, {})
                      .size(),
                  counts.size());
    }
}

/// 154 samples in batches of 10, the last one of 4: against float64, and the same on any lanes.
TEST_P(Pool, EvaluatesTheWholeSplit) {
    const std::size_t samples = federation.data.samples();
    Values x;
    for (const std::uint8_t byte : pixels_of(federation.data))
        x.push_back((byte / 255.0 - 0.5) / 0.29);
    const auto logits =
        reference_forward(model, widened(random_state(model, 1)), samples, x, false).logits;
    std::size_t hits = 0;
    for (std::size_t i = 0; i < samples; ++i) {
        const auto row = logits.begin() + static_cast<std::ptrdiff_t>(3 * i);
        hits += std::max_element(row, row + 3) - row == labels_of(federation.data)[i];
    }
    const auto method = make_method({}, model.layout);
    BatchSource view = federation.resident.view();
    view.augmented = true; // is for training: an evaluation sees the images as they are
    std::vector<LaneMetrics> results;
    for (const std::size_t lanes : {1u, 2u, 3u}) {
        LanePool lane_pool = pool(*method, lanes);
        const SampleRange whole{0, samples};
        results.push_back(lane_pool.evaluate(view, {&whole, 1}, global.data(), *alone()).front());
        EXPECT_EQ(results.back().rows, samples);
        EXPECT_EQ(results.back().hits, hits);
        EXPECT_EQ(results.back().sum, results.front().sum);
    }
    const double loss = reference_cross_entropy(3, logits, labels_of(federation.data));
    EXPECT_NEAR(results.front().sum, loss, 1e-5 * loss);
}

/// Ranges that cover the split, one of them empty: their hits are the whole split's, and each has
/// the same bits alone and among others, on any lanes.
TEST_P(Pool, EvaluatesRangesOnTheirOwn) {
    const std::size_t samples = federation.data.samples();
    const auto method = make_method({}, model.layout);
    const BatchSource view = federation.resident.view();
    const std::vector<SampleRange> ranges{{0, 3}, {3, 41}, {44, 0}, {44, 10}, {54, samples - 54}};
    LanePool two = pool(*method, 2), three = pool(*method, 3);
    const SampleRange whole{0, samples};
    const LaneMetrics all = two.evaluate(view, {&whole, 1}, global.data(), *alone()).front();
    const std::vector<LaneMetrics> parts = two.evaluate(view, ranges, global.data(), *alone()),
                                   others = three.evaluate(view, ranges, global.data(), *alone());
    ASSERT_EQ(parts.size(), ranges.size());
    std::uint64_t correct = 0, counted = 0;
    for (std::size_t r = 0; r < ranges.size(); ++r) {
        correct += parts[r].hits;
        counted += parts[r].rows;
        EXPECT_EQ(parts[r].rows, ranges[r].count);
        EXPECT_EQ(parts[r].sum, others[r].sum);
        EXPECT_EQ(parts[r].sum,
                  two.evaluate(view, {&ranges[r], 1}, global.data(), *alone())[0].sum);
    }
    EXPECT_EQ(correct, all.hits);
    EXPECT_EQ(counted, all.rows);
}

} // namespace
} // namespace fedmrn::test
