// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#include "engine/stage/distil.hpp"

#include <gtest/gtest.h>

#include "engine/client/lane_group.hpp"
#include "kernels/cpu/cpu_device.hpp"
#include "tests/support/federation.hpp"
#include "tests/support/lane_states.hpp"
#include "tests/support/method_test.hpp"
#include "tests/support/methods_under_test.hpp"
#include "tests/support/reason.hpp"
#include "tests/support/reference_network.hpp"

namespace fedmrn::test {
namespace {

/// Another model of the same inputs and classes, with statistics of its own.
Model tutor(std::uint32_t classes = 3, ImageShape shape = {9, 7, 2}) {
    return Chain("tutor", shape)
        .convolution(3, 5, 2)
        .batchnorm(true, 2)
        .linear(classes, true)
        .finish();
}

class DistilStage : public MethodTest {
protected:
    Stages stages_of(double temperature, double weight) const {
        return Stages({std::make_shared<const Distil>(
            Teacher{tutor(), random_state(tutor(), 5), temperature, weight})});
    }
    struct Sent {
        std::vector<Message> messages;
        std::vector<double> losses; ///< of a client, summed over its rows
        bool operator==(const Sent& other) const {
            return messages == other.messages && losses == other.losses;
        }
    };
    /// Of the clients of some rounds, by one group of lanes.
    Sent train(Device& on, const Method& method, const Stages& stages, std::size_t lanes,
               const ClientConfig& client, const std::vector<std::uint32_t>& counts,
               std::size_t rounds = 1, Real real = Real::f32) {
        const Federation federation(on, model, counts);
        const Buffer<float> g(on, global);
        LaneGroup group(on, model, method, stages, client, lanes, real);
        Sent sent{std::vector<Message>(counts.size()), std::vector<double>(counts.size())};
        for (std::size_t round = 0; round < rounds; ++round) {
            std::size_t taken = 0;
            group.run(
                federation.resident.view(), {4, g.data()},
                [&]() -> std::optional<ClientTask> {
                    return taken < counts.size() ? std::optional(federation.tasks[taken++])
                                                 : std::nullopt;
                },
                [&](const ClientTask& task, const MessageView& message, const LaneMetrics& tally) {
                    sent.messages[task.slot] = owned(message);
                    sent.losses[task.slot] = tally.sum;
                },
                [](std::uint64_t) {}, {});
        }
        return sent;
    }
    Sent train(const Method& method, const Stages& stages, std::size_t lanes,
               const ClientConfig& client, const std::vector<std::uint32_t>& counts) {
        return train(device, method, stages, lanes, client, counts);
    }
    const ClientConfig one_step{.epochs = 1, .batch = 16, .lr = 0.05};
    const ClientConfig steps{.epochs = 2, .batch = 8, .lr = 0.05, .momentum = 0.5};
    const std::unique_ptr<Method> fedavg = make_method({"fedavg"}, model.layout);
};
INSTANTIATE_TEST_SUITE_P(On, DistilStage, ::testing::ValuesIn(kinds_under_test()), kind_name);

/// A step's loss and update are those of both models in float64: the student's batch statistics,
/// the teacher's running ones.
TEST_P(DistilStage, AStepFollowsTheReference) {
    constexpr std::uint32_t rows = 6;
    const Federation federation(device, model, {rows});
    const Images images = images_of(federation.data);
    Values x;
    for (const std::uint8_t pixel : images.pixels) {
        x.push_back((pixel / 255.0 - 0.5) / 0.29); // in any order: the batch is all there is
    }
    const Model teacher = tutor();
    const Values aims =
        reference_forward(teacher, widened(random_state(teacher, 5)), rows, x, false).logits;
    Values state = widened(global);
    Values trainable = widened(head(global, model.layout.trainable));
    for (const double weight : {0.3, 1.0}) {
        const auto loss = [&] {
            std::copy(trainable.begin(), trainable.end(), state.begin());
            const auto pass = reference_forward(model, state, rows, x, true);
            return reference_distillation(3, weight, 3, pass.logits, aims, images.labels) / rows;
        };
        Values expected = finite_differences(trainable, loss, 1e-6);
        for (double& g : expected) g *= -one_step.lr;
        const Sent sent = train(*fedavg, stages_of(3, weight), 1, one_step, {rows});
        EXPECT_TRUE(close(head(sent.messages[0].dense, model.layout.trainable), expected, 3e-5));
        EXPECT_NEAR(sent.losses[0], rows * loss(), 1e-4);
    }
}

TEST_P(DistilStage, WithoutWeightIsAsIfThereWereNone) {
    EXPECT_EQ(train(*fedavg, stages_of(4, 0), 2, steps, {23, 8, 40}),
              train(*fedavg, Stages(), 2, steps, {23, 8, 40}));
}

TEST_P(DistilStage, StandsOnEveryMethodInAnyNumberOfLanes) {
    for (const NamedMethod& named : methods_under_test()) {
        const auto method = make_method(named.config, model.layout, 11);
        const Stages stages = stages_of(4, 0.9);
        const Sent one = train(*method, stages, 1, steps, {23, 8, 40});
        EXPECT_EQ(one, train(*method, stages, 3, steps, {23, 8, 40})) << named.name;
        EXPECT_NE(one, train(*method, Stages(), 1, steps, {23, 8, 40})) << named.name;
    }
}

TEST_P(DistilStage, TakesNarrowReals) {
    const auto sent = [&](const Stages& stages, std::size_t lanes, Real real) {
        return train(device, *fedavg, stages, lanes, one_step, {16, 9, 12}, 1, real);
    };
    const Sent narrow = sent(stages_of(4, 0.9), 1, Real::bf16),
               wide = sent(stages_of(4, 0.9), 1, Real::f32);
    EXPECT_EQ(narrow, sent(stages_of(4, 0.9), 3, Real::bf16));
    EXPECT_NE(narrow, wide);
    for (std::size_t k = 0; k < wide.losses.size(); ++k) {
        EXPECT_NEAR(narrow.losses[k], wide.losses[k], 0.05 * wide.losses[k]);
    }
}

/// A device that counts what is recorded and allocated.
class Counter final : public kernels::cpu::CpuDevice {
public:
    std::unique_ptr<Recording> record(const std::function<void()>& work) override {
        ++recordings;
        return CpuDevice::record(work);
    }
    DevicePointer<void> allocate(std::size_t bytes) override {
        ++allocations;
        return CpuDevice::allocate(bytes);
    }
    int recordings = 0, allocations = 0;
};

/// Once for two lanes and once for one, in all rounds; a teacher allocates nothing in a round.
TEST_P(DistilStage, StepsAreRecordedOnce) {
    if (device.kind() != DeviceKind::cpu) GTEST_SKIP() << "counted on the CPU";
    const auto allocations = [&](const Stages& stages, std::size_t rounds) {
        Counter counter;
        static_cast<void>(train(counter, *fedavg, stages, 2, steps, {40, 8}, rounds));
        EXPECT_EQ(counter.recordings, 2);
        return counter.allocations;
    };
    const int alone = allocations({}, 4) - allocations({}, 1);
    EXPECT_EQ(allocations(stages_of(4, 0.5), 4) - allocations(stages_of(4, 0.5), 1), alone);
}

TEST_P(DistilStage, ModelsThatDoNotFitAreOneLine) {
    const auto with = [&](const Model& teacher) {
        return [&, teacher] { taught(model, Teacher{teacher, {}, 1, 0.5}); };
    };
    EXPECT_TRUE(one_line(with(tutor(4)), "stage.distil.teacher_model: tutor gives other logits, "));
    EXPECT_TRUE(one_line(with(tutor(3, {9, 7, 1})),
                         "stage.distil.teacher_model: tutor reads other inputs than narrow"));
    Model heavy = tutor();
    heavy.losses[0].weight = 2;
    EXPECT_TRUE(one_line(with(heavy), "expected models with the one loss cross_entropy, tutor has "
                                      "another"));
    const std::shared_ptr<const Stage> distil =
        std::make_shared<const Distil>(Teacher{tutor(), {}, 1, 0.5});
    EXPECT_TRUE(one_line([&] { Stages({distil, distil}); }, "two that have a teacher"));
}

} // namespace
} // namespace fedmrn::test
