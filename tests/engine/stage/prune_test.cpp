// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "engine/stage/half.hpp"
#include "engine/stage/prune.hpp"
#include "engine/stage/pulls.hpp"
#include "tests/support/methods_under_test.hpp"
#include "tests/support/pruned_by_hand.hpp"
#include "tests/support/training_test.hpp"

namespace fedmrn::test {
namespace {

using Pattern = PruningOptions::Pattern;
using Scope = PruningOptions::Scope;

PruningOptions at_once(double sparsity, Scope scope = Scope::global) {
    PruningOptions made;
    made.sparsity = sparsity;
    made.scope = scope;
    return made;
}

PruningOptions two_of_four() {
    PruningOptions made;
    made.pattern = Pattern::two_of_four;
    return made;
}

/// By hand: with T − t_0 = 4 the cubes are 1, 27/64, 1/8, 1/64.
TEST(PruningSchedule, IsCubic) {
    PruningOptions gradual = at_once(0.8);
    gradual.start = 2;
    gradual.end = 6;
    const std::vector<double> wanted{0.0, 0.0, 0.4625, 0.7, 0.7875, 0.8, 0.8};
    for (std::uint32_t t = 1; t <= 7; ++t) {
        EXPECT_NEAR(sparsity_in(gradual, t), wanted[t - 1], 1e-15) << t;
    }
    gradual.initial = 0.2;
    const std::vector<double> from_a_fifth{0.0, 0.2, 0.546875, 0.725, 0.790625, 0.8, 0.8};
    for (std::uint32_t t = 1; t <= 7; ++t) {
        EXPECT_NEAR(sparsity_in(gradual, t), from_a_fifth[t - 1], 1e-15) << t;
    }
    gradual.end = gradual.start;
    EXPECT_EQ(sparsity_in(gradual, 1), 0.0);
    EXPECT_EQ(sparsity_in(gradual, 2), 0.8);
}

/// Weights of each step as they are run on, and their gradient, of the last step of a lane.
class Watcher final : public Stage {
public:
    Watcher(Device& device, const ParameterLayout& layout)
        : layout_(layout), weights(device, layout.state), gradient(device, layout.trainable) {}
    void on_weights(Device& device, const LocalStep& step) const override {
        device.copy_within(weights.data(), step.weights[0], layout_.state * sizeof(float));
    }
    void on_weight_gradient(Device& device, const LocalStep& step) const override {
        device.copy_within(gradient.data(), step.gradient[0], layout_.trainable * sizeof(float));
    }

private:
    ParameterLayout layout_;

public:
    mutable Buffer<float> weights, gradient;
};

class PruneStage : public TrainingTest {
protected:
    static std::shared_ptr<const Stage> stage(const PruningOptions& options,
                                              const ParameterLayout& layout) {
        return std::make_shared<const Prune>(options, layout);
    }
    Stages stages_of(const PruningOptions& options) {
        return Stages({stage(options, model.layout)});
    }
    /// What clients send, with zeros for what their messages leave out.
    std::vector<Message> train(const Method& method, const Stages& stages,
                               const std::vector<float>& from, std::size_t lanes,
                               const ClientConfig& client, const std::vector<std::uint32_t>& counts,
                               const std::vector<std::uint32_t>& rounds = {4}) {
        auto sent = TrainingTest::train(method, stages, from, lanes, client, counts, rounds);
        const Buffer<float> g(device, from);
        const auto omission =
            stages.omission(device, {rounds.back(), g.data()}, *method.uplink, model.layout.masked);
        for (Message& message : sent) {
            const auto table = omission ? omission->table() : method.uplink->table(rounds.back());
            EXPECT_EQ(message.tensors, table);
            message = omission ? omission->whole(message) : message;
        }
        return sent;
    }
    std::vector<bool> bits(const PrunedTensors& tensors, const std::vector<std::uint32_t>& words) {
        std::vector<bool> all(model.layout.masked);
        const std::uint32_t* word = words.data();
        for (const PrunedTensors::Part& part : tensors.parts()) {
            for (std::size_t i = 0; i < 32 * part.words(); ++i) {
                const bool set = (word[i / 32] >> i % 32 & 1u) != 0;
                if (i < part.elements())
                    all[part.offset + i] = set;
                else
                    EXPECT_FALSE(set);
            }
            word += part.words();
        }
        return all;
    }
    /// A model without what is pruned of it.
    std::vector<float> without(const std::vector<bool>& pruned) const {
        std::vector<float> state = global;
        for (std::size_t i = 0; i < pruned.size(); ++i) state[i] = pruned[i] ? 0.0f : state[i];
        return state;
    }
    std::vector<bool> by_hand(double share) const {
        const auto masked = std::span(global).first(model.layout.masked);
        return pruned_by_hand(masked, kept_by_hand(share, masked.size()));
    }
    static std::size_t kept_by_hand(double sparsity, std::size_t elements) {
        return elements - static_cast<std::size_t>(sparsity * static_cast<double>(elements) + 1e-9);
    }
};
INSTANTIATE_TEST_SUITE_P(On, PruneStage, ::testing::ValuesIn(kinds_under_test()), kind_name);

/// Of ties the first are kept; a model that is pruned gives the same words again.
TEST_P(PruneStage, TheSmallestArePruned) {
    std::vector<float> state = global;
    for (std::size_t i = 0; i < model.layout.masked; ++i) { // few values, and many of each
        state[i] = std::round(4 * state[i]) / 4;
    }
    const Buffer<float> g(device, state);
    const auto all = std::span<const float>(state).first(model.layout.masked);
    for (const double share : {0.0, 0.1, 0.5, 0.9, 0.9999}) {
        SCOPED_TRACE(share);
        const PrunedTensors together(at_once(share), model.layout),
            apart(at_once(share, Scope::layer), model.layout), fours(two_of_four(), model.layout);
        const auto kept = [&](const TensorSpec& tensor) {
            return kept_by_hand(share, tensor.elements());
        };
        for (const auto& [tensors, wanted] :
             {std::pair(&together, pruned_by_hand(all, kept_by_hand(share, all.size()))),
              std::pair(&apart, pruned_by_layer(model.layout, state, kept)),
              std::pair(&fours, pruned_by_fours(model.layout, state))}) {
            const auto words = tensors->pruned(device, 1, g.data());
            EXPECT_EQ(bits(*tensors, words), wanted);
            const auto string = tensors->as_one(words);
            for (std::size_t i = 0; i < 32 * string.size(); ++i) {
                EXPECT_EQ((string[i / 32] >> i % 32 & 1u) != 0, i < wanted.size() && wanted[i]);
            }
            std::vector<float> left = state;
            std::size_t count = 0;
            for (std::size_t i = 0; i < wanted.size(); ++i) {
                left[i] = wanted[i] ? 0.0f : left[i];
                count += wanted[i] ? 0 : 1;
            }
            for (const PrunedTensors::Part& part : tensors->parts())
                count -= tensors->kept(part, 1);
            EXPECT_EQ(count, 0u);
            EXPECT_EQ(tensors->pruned(device, 1, Buffer<float>(device, left).data()), words);
        }
    }
}

/// A row that four does not divide ends in a shorter group, of which two at most are kept.
TEST_P(PruneStage, TwoOfEachFour) {
    const ParameterLayout layout = narrow_mlp().layout; // rows of 7 and of 6
    const std::vector<float> state = RandomValues(3).values(layout.state, 1);
    Buffer<float> g(device, state);
    const Prune stage(two_of_four(), layout);
    stage.on_model(device, 1, g.data());
    const std::vector<float> left = g.read();
    std::size_t short_ones = 0;
    for_groups(layout, [&](std::size_t first, std::size_t count) {
        std::size_t kept = 0;
        float least = INFINITY, most = 0;
        for (std::size_t i = first; i < first + count; ++i) {
            if (left[i] != 0.0f) {
                EXPECT_EQ(left[i], state[i]);
                least = std::min(least, std::abs(state[i]));
                ++kept;
            } else {
                most = std::max(most, std::abs(state[i]));
            }
        }
        EXPECT_EQ(kept, std::min<std::size_t>(count, 2)) << first;
        EXPECT_GE(least, most) << first;
        short_ones += count != 4;
    });
    EXPECT_EQ(short_ones, 6u + 4u);
    for (std::size_t i = layout.masked; i < layout.state; ++i) EXPECT_EQ(left[i], state[i]);
}

/// What is left trains as it does in a model that has zeros there; the zeros stay.
TEST_P(PruneStage, ZerosStayInLocalSteps) {
    ClientConfig pulled = steps;
    pulled.weight_decay = 0.01;
    const std::vector<bool> pruned = by_hand(0.7);
    const std::vector<float> begun = without(pruned);
    const Stages stages(
        {std::make_shared<const WeightDecay>(0.01), stage(at_once(0.7), model.layout)});
    const auto plain = train(*fedavg, Stages(), begun, 2, one_step, {16, 9}),
               once = train(*fedavg, stages_of(at_once(0.7)), begun, 2, one_step, {16, 9}),
               often = train(*fedavg, stages, begun, 2, pulled, {40, 23});
    std::size_t moved = 0;
    for (std::size_t i = 0; i < model.layout.masked; ++i) {
        for (std::size_t k = 0; k < 2; ++k) {
            EXPECT_EQ(once[k].dense[i], pruned[i] ? 0.0f : plain[k].dense[i]) << i;
            if (pruned[i]) {
                EXPECT_EQ(often[k].dense[i], 0.0f) << i;
            }
            moved += often[k].dense[i] != 0.0f;
        }
    }
    EXPECT_GT(moved, model.layout.masked / 2);
}

/// Whatever a method makes weights of: those of every step are zeros where they are pruned.
TEST_P(PruneStage, StandsOnMethodsInAnyNumberOfLanes) {
    const std::vector<bool> pruned = by_hand(0.6);
    for (const NamedMethod& named : methods_under_test()) {
        if (named.config.name == "fedpm") continue; // refused: its weights are not the state
        SCOPED_TRACE(named.name);
        const auto method = make_method(named.config, model.layout, 11);
        const Stages stages = stages_of(at_once(0.6));
        const auto one = train(*method, stages, global, 1, steps, {23, 8, 40});
        EXPECT_EQ(one, train(*method, stages, global, 3, steps, {23, 8, 40}));
        EXPECT_NE(one, train(*method, Stages(), global, 1, steps, {23, 8, 40}));
        const auto watcher = std::make_shared<const Watcher>(device, model.layout);
        train(*method, Stages({stage(at_once(0.6), model.layout), watcher}), global, 1, steps,
              {23});
        const auto weights = watcher->weights.read(), gradient = watcher->gradient.read();
        std::size_t alive = 0;
        for (std::size_t i = 0; i < model.layout.masked; ++i) {
            if (pruned[i]) {
                EXPECT_EQ(weights[i], 0.0f) << i;
                EXPECT_EQ(gradient[i], 0.0f) << i;
            }
            alive += weights[i] != 0.0f && gradient[i] != 0.0f;
        }
        EXPECT_GT(alive, model.layout.masked / 10);
    }
}

/// A step is recorded once; what a later round prunes reaches it.
TEST_P(PruneStage, RecordedStepsFollowTheSchedule) {
    PruningOptions late = at_once(0.6);
    late.start = late.end = 5;
    const auto later = train(*fedavg, stages_of(late), global, 2, steps, {23, 8}, {4, 5});
    EXPECT_EQ(later, train(*fedavg, stages_of(at_once(0.6)), global, 2, steps, {23, 8}, {5}));
    EXPECT_EQ(train(*fedavg, stages_of(late), global, 2, steps, {23, 8}),
              train(*fedavg, Stages(), global, 2, steps, {23, 8}));
}

/// Messages have the kept weights alone where a value of each is sent, and the model as it is.
TEST_P(PruneStage, MessagesLeaveOutWhatIsPruned) {
    const std::size_t masked = model.layout.masked, rest = model.layout.state - masked;
    const std::size_t kept = kept_by_hand(0.7, masked);
    const Stages stages = stages_of(at_once(0.7, Scope::global));
    const auto of = [&](const char* name, const Stages& by) {
        const auto method = make_method({name}, model.layout);
        return TrainingTest::train(*method, by, global, 1, one_step, {16}).front();
    };
    EXPECT_EQ(of("fedavg", stages).dense.size(), kept + rest);
    EXPECT_EQ(of("fedmrn", stages).mask.size(), words_of(kept));
    EXPECT_EQ(of("signsgd", stages).packed.size(), of("signsgd", Stages()).packed.size());
    EXPECT_EQ(of("fedavg", stages_of(at_once(0.0))).dense.size(), masked + rest);
    const auto half = std::make_shared<const Half>(HalfOptions{}, model.layout);
    const Stages coded({stage(at_once(0.7), model.layout), half});
    EXPECT_EQ(of("fedavg", coded).dense.size(), masked + rest);
}

/// After the server's step, by the model that the round began with and not by the one it led to.
TEST_P(PruneStage, WhatTheServersStepMovedGoesBackToZero) {
    const Stages stages = stages_of(at_once(0.7));
    EXPECT_TRUE(stages.changes_model());
    EXPECT_FALSE(Stages().changes_model());
    Buffer<float> begun(device, global);
    stages.on_model(device, 1, begun.data());
    const std::vector<bool> pruned = by_hand(0.7);
    EXPECT_TRUE(same_bits(begun.read(), without(pruned)));
    std::vector<float> moved = without(pruned);
    for (std::size_t i = 0; i < model.layout.state; ++i) moved[i] += 100;
    Buffer<float> after(device, moved);
    stages.on_server_step(device, {1, begun.data()}, after.data());
    const std::vector<float> left = after.read();
    for (std::size_t i = 0; i < model.layout.state; ++i) {
        EXPECT_EQ(left[i], i < pruned.size() && pruned[i] ? 0.0f : moved[i]) << i;
    }
}

PruningOptions regrowing(double sparsity, Scope scope = Scope::global) {
    PruningOptions made = at_once(sparsity, scope);
    made.regrow = 0.25;
    made.regrow_every = 3; // rounds 4, 7 …
    return made;
}

/// In a round that regrows, pruned weights are 0 in every step and have a gradient all the same;
/// the messages are whole.
TEST_P(PruneStage, ARegrowingRoundTrainsAll) {
    const std::vector<bool> pruned = by_hand(0.7);
    const Stages stages = stages_of(regrowing(0.7));
    EXPECT_EQ(train(*fedavg, stages, global, 2, one_step, {16, 9}),
              train(*fedavg, Stages(), without(pruned), 2, one_step, {16, 9}));
    EXPECT_EQ(train(*fedavg, stages, global, 2, steps, {16, 9}, {4, 5}),
              train(*fedavg, stages_of(at_once(0.7)), global, 2, steps, {16, 9}, {5}));
    const auto watcher = std::make_shared<const Watcher>(device, model.layout);
    train(*fedavg, Stages({stage(regrowing(0.7), model.layout), watcher}), global, 1, steps, {23});
    const auto weights = watcher->weights.read(), gradient = watcher->gradient.read();
    std::size_t alive = 0;
    for (std::size_t i = 0; i < pruned.size(); ++i) {
        if (!pruned[i]) continue;
        EXPECT_EQ(weights[i], 0.0f) << i;
        alive += gradient[i] != 0.0f;
    }
    EXPECT_GT(alive, model.layout.masked / 4);
}

/// The smallest of the kept go, those that the step moved furthest come, as many; the model is what
/// the next round prunes by.
TEST_P(PruneStage, TheServerReplacesTheSmallest) {
    for (const Scope scope : {Scope::global, Scope::layer}) {
        const Prune stage(regrowing(0.7, scope), model.layout);
        const PrunedTensors tensors(regrowing(0.7, scope), model.layout);
        Buffer<float> begun(device, global);
        stage.on_model(device, 4, begun.data());
        const std::vector<float> before = begun.read();
        std::vector<float> moved = RandomValues(5).values(model.layout.state, 0.3);
        for (std::size_t i = 0; i < moved.size(); ++i) moved[i] += before[i];
        std::vector<float> wanted = moved;
        for (const PrunedTensors::Part& part : tensors.parts()) {
            const std::size_t k = tensors.kept(part, 4), n = k / 4;
            std::vector<float> kept(part.elements()), others(part.elements());
            for (std::size_t i = 0; i < part.elements(); ++i) {
                const bool was = before[part.offset + i] != 0.0f;
                (was ? kept : others)[i] = moved[part.offset + i];
            }
            const auto gone = pruned_by_hand(kept, k - n), away = pruned_by_hand(others, n);
            for (std::size_t i = 0; i < part.elements(); ++i) {
                if (gone[i] && away[i]) wanted[part.offset + i] = 0.0f;
            }
        }
        for (const std::uint32_t round : {4u, 5u}) {
            Buffer<float> after(device, moved);
            stage.on_server_step(device, {round, begun.data()}, after.data());
            std::vector<float> left = after.read();
            if (round == 4) {
                EXPECT_TRUE(same_bits(left, wanted));
                stage.on_model(device, 5, after.data());
                EXPECT_TRUE(same_bits(after.read(), wanted));
            } else {
                for (std::size_t i = 0; i < model.layout.masked; ++i) {
                    EXPECT_EQ(left[i], before[i] == 0.0f ? 0.0f : moved[i]) << i;
                }
            }
        }
    }
}

} // namespace
} // namespace fedmrn::test
