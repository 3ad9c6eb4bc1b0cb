// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
// A run keeps what it had after its first rounds: nothing is left behind in a round.

#include <array>
#include <cstring>
#include <functional>
#include <memory>
#include <vector>

#include <gmock/gmock.h>

#include "experiments.hpp"
#include "tests/support/process_memory.hpp"

namespace fedmrn::test {
namespace {

/// Of what was there after round 20 the share that is there more after round 200.
struct Growth {
    double resident = 0, heap = 0;
};

Growth growth(const std::function<void()>& round) {
    std::array<ProcessMemory, 2> held;
    for (int i = 1; i <= 200; ++i) {
        round();
        if (i == 20) held[0] = process_memory();
        if (i == 200) held[1] = process_memory();
    }
    const auto of = [&](std::size_t ProcessMemory::*what) {
        return static_cast<double>(held[1].*what) / static_cast<double>(held[0].*what) - 1;
    };
    return {of(&ProcessMemory::resident), of(&ProcessMemory::heap)};
}

constexpr double allowed = 0.01;

class Memory : public testing::TestWithParam<MethodConfig> {
protected:
    void SetUp() override {
        if (!memory_is_its_own) GTEST_SKIP() << "a sanitizer keeps what was freed";
        one_arena();
    }
};

/// Every client is seen in the first two rounds.
Config config_of(const MethodConfig& method) {
    Config config = perceptron_config();
    config.method = method;
    config.experiment.rounds = 200;
    config.server.sampling.name = "round_robin";
    return config;
}

TEST_P(Memory, IsFlatFromRound20ToRound200) {
    Experiment experiment(config_of(GetParam()), make_synthetic(1));
    const Growth grown = growth([&] { experiment.run_round(); });
    EXPECT_LE(grown.heap, allowed);
    EXPECT_LE(grown.resident, allowed);
    EXPECT_EQ(experiment.round(), 200u);
    EXPECT_EQ(experiment.state().memory.size(), GetParam().name == "topk" ? 10u : 0u);
}

INSTANTIATE_TEST_SUITE_P(Methods, Memory,
                         testing::Values(method_named("fedmrn"), method_named("fedavg"),
                                         MethodConfig{"topk",
                                                      {{"error_feedback", true}, {"ratio", 0.1}}}),
                         [](const auto& param) { return param.param.name; });

/// What the test is for: a thousandth that is forgotten every round is seen, in the heap and in
/// what is resident.
TEST(Growth, OfWhatIsForgottenIsSeen) {
    if (!memory_is_its_own) GTEST_SKIP() << "a sanitizer keeps what was freed";
    one_arena();
    const std::size_t held = process_memory().heap; // of a program that has run other tests before
    std::vector<std::vector<char>> forgotten;
    const Growth copies = growth([&] { forgotten.emplace_back(held / 1000 + 1); });
    EXPECT_GT(copies.heap, allowed);
    const std::size_t resident = process_memory().resident;
    std::vector<std::unique_ptr<char[]>> pages;
    const Growth more = growth([&] {
        const std::size_t size = resident / 1000 + (1 << 14);
        pages.push_back(std::make_unique<char[]>(size));
        std::memset(pages.back().get(), 1, size);
    });
    EXPECT_GT(more.resident, allowed);
}

} // namespace
} // namespace fedmrn::test
