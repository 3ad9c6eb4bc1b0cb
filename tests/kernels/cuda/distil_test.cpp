// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#include "kernels/distil.hpp"

#include "tests/kernels/cuda/twins.hpp"

namespace fedmrn::test {
namespace {

struct Distilled {
    std::vector<float> gradient;
    std::vector<LaneMetrics> metrics;
};

Distilled computed(Device& device, const kernels::DistilRule& rule, std::size_t lanes,
                   std::size_t batch, std::size_t classes, bool training, float scale) {
    std::vector<std::uint16_t> targets(lanes * batch);
    for (std::size_t i = 0; i < targets.size(); ++i) {
        targets[i] = static_cast<std::uint16_t>(i * 7 % classes);
    }
    const std::size_t size = lanes * batch * classes;
    Buffer<LaneState> states(device, mixed_lanes(lanes, static_cast<std::uint32_t>(batch)));
    Buffer<float> student(device, random_floats(size, 1, scale));
    Buffer<float> teacher(device, random_floats(size, 3, scale));
    Buffer<float> gradient(device, random_floats(size, 2));
    Buffer<std::uint16_t> labels(device, targets);
    Buffer<LaneMetrics> metrics(device, lanes);
    for (int step = 0; step < 2; ++step) {
        kernels::distillation(device, rule, lanes, batch, classes, states.data(), student.data(),
                              teacher.data(), labels.data(), training ? gradient.data() : nullptr,
                              metrics.data());
    }
    return {gradient.read(), metrics.read()};
}

TEST(CudaDistillation, loss_hits_and_gradient_are_the_cpus) {
    constexpr std::size_t lanes = 4;
    for (const auto& size : {std::pair<std::size_t, std::size_t>{5, 2},
                             {64, 10},
                             {130, 33},
                             {3, 100},
                             {150, 7},
                             {2, 300}}) {
        const std::size_t batch = size.first, classes = size.second;
        for (const bool training : {true, false}) {
            for (const float scale : {1.0f, 50.0f}) {
                const auto run = [&](Device& device) {
                    return computed(device, {4, 0.6f}, lanes, batch, classes, training, scale);
                };
                const auto [cpu, cuda] = on_both(run);
                expect_close([&](Device& device) { return run(device).gradient; }, 2e-6,
                             std::to_string(classes) + " classes");
                for (std::size_t l = 0; l < lanes; ++l) {
                    EXPECT_EQ(cpu.metrics[l].hits, cuda.metrics[l].hits) << classes;
                    EXPECT_EQ(cpu.metrics[l].rows, cuda.metrics[l].rows) << classes;
                    EXPECT_NEAR(cpu.metrics[l].sum, cuda.metrics[l].sum,
                                2e-6 * (1 + cpu.metrics[l].sum));
                }
            }
        }
    }
}

} // namespace
} // namespace fedmrn::test
