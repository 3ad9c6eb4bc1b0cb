// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#include "engine/client/lane_group.hpp"
#include "engine/stage/error_feedback.hpp"
#include "engine/stage/pulls.hpp"
#include "kernels/update.hpp"
#include "tests/engine/method/packed_values.hpp"
#include "tests/support/federation.hpp"

namespace fedmrn::test {
namespace {

template <class... S> Stages stack(std::unique_ptr<S>... stage) {
    std::vector<std::shared_ptr<const Stage>> all;
    (all.push_back(std::move(stage)), ...);
    return Stages(std::move(all));
}

/// Keeps one number of each client, how often it was in a cohort, and writes the hooks down.
class Counter final : public Stage {
public:
    Counter(std::string name, std::vector<std::string>& calls)
        : name_(std::move(name)), calls_(calls) {}
    void on_update(Device&, const RoundContext&, Departure& clients) const override {
        calls_.push_back(name_ + " update");
        seen = clients.kept(0).empty() ? 0.0f : clients.kept(0)[0];
    }
    void on_message(Device&, const RoundContext&, const Method&, std::span<const MessageView>,
                    Departure& clients) const override {
        calls_.push_back(name_ + " message");
        if (const auto keep = clients.keep(0); !keep.empty()) keep[0] = seen + 1;
    }
    [[nodiscard]] std::size_t memory() const override { return 1; }
    mutable float seen = 0;

private:
    std::string name_;
    std::vector<std::string>& calls_;
};

using StagesTest = MethodTest;
INSTANTIATE_TEST_SUITE_P(On, StagesTest, ::testing::ValuesIn(kinds_under_test()), kind_name);

/// Hooks in the order of the stages, each with its own part of what clients keep.
TEST_P(StagesTest, AreCalledInTurnAndKeepTheirOwn) {
    std::vector<std::string> calls;
    const Stages stages = stack(std::make_unique<Counter>("a", calls),
                                std::make_unique<ErrorFeedback>(one_tensor(40)),
                                std::make_unique<Counter>("b", calls));
    const auto method = make_method({"signsgd"}, one_tensor(40));
    const Stages feedback = stack(std::make_unique<ErrorFeedback>(one_tensor(40)));
    EXPECT_EQ(stages.memory(), 42U);
    const Buffer<float> u(device, RandomValues(1).values(41, 0.02));
    const RoundContext round{1, u.data()};
    const TrainedClient client{1, 7, 1, u.data(), u.data()};
    std::vector<float> memory, alone;
    for (int i = 1; i <= 3; ++i) {
        const Message sent = sent_by(*method, stages, device, round, client, &memory);
        EXPECT_EQ(sent, sent_by(*method, feedback, device, round, client, &alone));
        ASSERT_EQ(memory.size(), 42U);
        EXPECT_EQ(memory.front(), static_cast<float>(i));
        EXPECT_EQ(memory.back(), static_cast<float>(i));
        EXPECT_TRUE(same_bits(std::vector<float>(memory.begin() + 1, memory.end() - 1), alone));
    }
    EXPECT_EQ(std::vector<std::string>(calls.begin(), calls.begin() + 4),
              (std::vector<std::string>{"a update", "b update", "a message", "b message"}));
}

/// What pulls is added up for the one kernel, in double; a method's own kind of decay is kept until
/// a stage wants the weights.
TEST_P(StagesTest, PullsAddUp) {
    const auto masked = make_method({}, model.layout);
    const auto pull = [&](const Stages& stages) { return stages.pull(*masked->local); };
    EXPECT_EQ(pull(Stages()).decay, 0.0);
    EXPECT_FALSE(pull(Stages()).decays_weights);
    const Pull decay = pull(stack(std::make_unique<WeightDecay>(0.25)));
    EXPECT_EQ(decay.decay, 0.25);
    EXPECT_FALSE(decay.decays_weights);
    const Pull both = pull(stack(std::make_unique<WeightDecay>(0.25), std::make_unique<L2>(0.5),
                                 std::make_unique<Proximal>(0.125)));
    EXPECT_EQ(both.decay, 0.75);
    EXPECT_TRUE(both.decays_weights);
    EXPECT_EQ(both.proximal, 0.125);
}

/// A configuration's stages, by name.
TEST_P(StagesTest, AConfigurationNamesThem) {
    const auto method = make_method({"fedavg"}, model.layout);
    const Stages none = make_stages({}, {}, model.layout);
    EXPECT_EQ(none.memory(), 0U);
    EXPECT_EQ(none.pull(*method->local).decay, ClientConfig{}.weight_decay);
    ClientConfig client;
    client.weight_decay = 0.5;
    client.l2 = 0.25;
    client.proximal = 2.0;
    const Stages all = make_stages(client, {"signsgd", {{"error_feedback", true}}}, model.layout);
    EXPECT_EQ(all.memory(), model.layout.masked);
    EXPECT_EQ(all.pull(*method->local).decay, 0.75);
    EXPECT_EQ(all.pull(*method->local).proximal, 2.0);
}

} // namespace
} // namespace fedmrn::test
