// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#include "engine/client/lane_choice.hpp"

#include <map>
#include <thread>

#include <gmock/gmock.h>

#include "engine/client/lane_pool.hpp"
#include "engine/stage/teacher.hpp"
#include "fedmrn/error.hpp"
#include "fedmrn/images.hpp"
#include "kernels/cpu/cpu_device.hpp"
#include "tests/support/federation.hpp"
#include "tests/support/in_turn.hpp"
#include "tests/support/narrow_models.hpp"
#include "tests/support/reason.hpp"

namespace fedmrn::test {
namespace {

/// A device that says what it is and has, and is never used.
class Claims final : public kernels::HostDevice {
public:
    Claims(LaneMode mode, std::size_t free) : mode_(mode), free_(free) {}
    [[nodiscard]] LaneMode lane_mode() const override { return mode_; }
    [[nodiscard]] std::size_t free_memory() const override { return free_; }
    DevicePointer<void> allocate(std::size_t) override { throw std::logic_error("used"); }
    void release(DevicePointer<void>) noexcept override {}

private:
    LaneMode mode_;
    std::size_t free_;
};

/// A GPU of so much memory, as the CPU would be one.
class Small final : public kernels::cpu::CpuDevice {
public:
    explicit Small(std::size_t bytes) : free_(bytes) {}
    [[nodiscard]] LaneMode lane_mode() const override { return LaneMode::lockstep; }
    [[nodiscard]] std::size_t free_memory() const override { return free_; }
    DevicePointer<void> allocate(std::size_t bytes) override {
        if (bytes > free_) throw Error("small: no memory left", Fault::run);
        const DevicePointer<void> memory = CpuDevice::allocate(bytes);
        free_ -= sizes_[memory.get()] = bytes;
        least = std::min(least, free_);
        return memory;
    }
    void release(DevicePointer<void> memory) noexcept override {
        free_ += sizes_[memory.get()];
        CpuDevice::release(memory);
    }
    std::size_t least = SIZE_MAX; ///< that was ever free

private:
    std::size_t free_;
    std::map<const void*, std::size_t> sizes_;
};

constexpr std::size_t mebibyte = std::size_t{1} << 20;

class LaneChoice : public ::testing::Test {
protected:
    std::size_t choose(const Device& device) const {
        return choose_lanes(device, model, *method, {}, config, 10'000);
    }
    std::size_t on_gpu(std::size_t mebibytes) const {
        return choose(Claims(LaneMode::lockstep, mebibytes * mebibyte));
    }
    LaneChoice() { config.client.cohort = 1000; }
    Config config;
    const Model model = make_model("cnn4", shape_of_images({28, 28, 1}, 10));
    const std::unique_ptr<Method> method = make_method({}, model.layout);
};

TEST_F(LaneChoice, ACpuGetsOneACoreAndWhatIsAskedFor) {
    const Claims cpu(LaneMode::threads, 0);
    EXPECT_EQ(choose(cpu), std::max(1u, std::thread::hardware_concurrency()));
    config.experiment.lanes = 5;
    EXPECT_EQ(choose(cpu), 5u);
    config.client.cohort = 3;
    EXPECT_EQ(choose(cpu), 3u);
}

/// Four fifths of the memory, less the evaluation's, divided by what a lane needs.
TEST_F(LaneChoice, AGpuGetsWhatItsMemoryHolds) {
    const std::size_t few = on_gpu(4000), many = on_gpu(8000);
    EXPECT_GT(few, 10u);
    EXPECT_LT(many, 1000u);
    // A lane of CNN4 at batch 64: three times 390,000 floats and the activations of 64 images.
    const double lane = 0.8 * 4000 / static_cast<double>(many - few);
    EXPECT_GT(lane, 3 * 389'920 * 4.0 / mebibyte);
    EXPECT_LT(lane, 100);
    EXPECT_EQ(on_gpu(1'000'000), 1000u); // the cohort
}

TEST_F(LaneChoice, AWiderBatchOrMomentumLeavesRoomForFewer) {
    const std::size_t lanes = on_gpu(4000);
    config.client.momentum = 0.9;
    EXPECT_LT(on_gpu(4000), lanes);
    config.client.momentum = 0;
    config.client.batch = 128;
    EXPECT_LT(on_gpu(4000), lanes);
}

class Pupils final : public Stage {
public:
    explicit Pupils(Teacher teacher) : teacher_(std::move(teacher)) {}
    [[nodiscard]] const Teacher* teacher() const override { return &teacher_; }

private:
    Teacher teacher_;
};

/// Its weights once for all lanes, what it makes of a batch in each.
TEST_F(LaneChoice, ATeacherTakesItsMemory) {
    const auto chosen = [&](const Stages& stages, std::size_t mebibytes) {
        const Claims gpu(LaneMode::lockstep, mebibytes * mebibyte);
        return choose_lanes(gpu, model, *method, stages, config, 10'000);
    };
    const Stages taught(
        {std::make_shared<Pupils>(Teacher{model, std::vector<float>(model.layout.state), 1, 0.5})});
    const std::size_t few = chosen(taught, 4000), many = chosen(taught, 8000);
    EXPECT_LT(few, chosen({}, 4000));
    const double alone = 0.8 * 4000 / static_cast<double>(chosen({}, 8000) - chosen({}, 4000));
    const double both = 0.8 * 4000 / static_cast<double>(many - few);
    // The largest layer of CNN4 at batch 64, in and out: 64 · 784 · 32 floats, twice or less.
    EXPECT_GT(both - alone, 64 * 784 * 32 * 4.0 / mebibyte);
    EXPECT_LT(both - alone, 2.5 * 64 * 784 * 32 * 4.0 / mebibyte);
    // A teacher of 100 MiB more takes them once: at 4,000 MiB that is as if there were less.
    Model wide = model;
    const Stages heavy({std::make_shared<Pupils>(
        Teacher{wide, std::vector<float>(model.layout.state + 25 * mebibyte), 1, 0.5})});
    EXPECT_LE(few - chosen(heavy, 4000), static_cast<std::size_t>(100 / both) + 1);
    EXPECT_GE(few - chosen(heavy, 4000), static_cast<std::size_t>(100 / both) - 1);
}

TEST_F(LaneChoice, WhatDoesNotFitIsOneLineWithWhatWould) {
    const std::size_t fitting = on_gpu(4000);
    config.experiment.lanes = static_cast<std::uint32_t>(fitting);
    EXPECT_EQ(on_gpu(4000), fitting);
    config.experiment.lanes = 900;
    EXPECT_TRUE(one_line([&] { on_gpu(4000); }, "experiment.lanes = 900", Fault::run));
    EXPECT_TRUE(
        one_line([&] { on_gpu(4000); },
                 "of the 3.9 GiB that are free " + std::to_string(fitting) + " lanes would fit",
                 Fault::run));
    config.experiment.lanes = 0;
    EXPECT_TRUE(one_line([&] { on_gpu(1); }, "0 lanes would fit", Fault::run));
}

/// Where memory chooses the lanes and all clients end in one step, their messages are made beside
/// the lanes, and a fifth stays for what else there is.
TEST_F(LaneChoice, LanesLeaveRoomForTheirMessages) {
    const Model narrow = narrow_mlp();
    config.client = {.cohort = 1000, .batch = 1};
    config.server.eval_batch = 1;
    std::map<std::string, std::size_t> chosen;
    for (const char* name : {"fedmrn", "fedavg", "topk"}) {
        config.method = {name};
        const auto sender = make_method(config.method, narrow.layout);
        const Stages stages = make_stages(config, narrow.layout);
        kernels::cpu::CpuDevice host;
        Small gpu(mebibyte);
        const std::size_t lanes = choose_lanes(gpu, narrow, *sender, stages, config, 1);
        ASSERT_GT(lanes, 5U) << name;
        ASSERT_LT(lanes, 1000U) << name;
        LanePool pool(gpu, narrow, *sender, stages, config, lanes, 1);
        Federation clients(host, narrow, std::vector<std::uint32_t>(lanes, 1));
        std::vector<std::vector<float>> memory(lanes);
        for (std::size_t k = 0; k < lanes; ++k) clients.tasks[k].memory = &memory[k];
        const Buffer<float> global(host, random_state(narrow, 1));
        const auto uploads = pool.train(lanes, in_turn(clients.tasks), clients.resident.view(),
                                        {4, global.data()}, [](std::uint64_t) {}, {});
        EXPECT_EQ(uploads.size(), lanes) << name;
        EXPECT_GT(gpu.least, mebibyte / 8) << name;
        chosen[name] = lanes;
    }
    EXPECT_LT(chosen["fedavg"], chosen["fedmrn"]);
}

TEST_F(LaneChoice, EvaluationTakesAsManyBatchesAsFillADevice) {
    EXPECT_EQ(evaluation_lanes({.eval_batch = 500}, 10'000), 16u);
    EXPECT_EQ(evaluation_lanes({.eval_batch = 500}, 1501), 4u); // all that there are
    EXPECT_EQ(evaluation_lanes({.eval_batch = 50'000}, 10'000), 1u);
    EXPECT_EQ(evaluation_lanes({.eval_batch = 500}, 0), 1u);
}

/// However small the cohort is: only experiment.lanes keeps cores from evaluating.
TEST_F(LaneChoice, EvaluationOnTheCpuTakesAllCores) {
    EXPECT_EQ(evaluation_threads({}), std::max(1u, std::thread::hardware_concurrency()));
    config.experiment.lanes = 3;
    EXPECT_EQ(evaluation_threads(config.experiment), 3u);
}

} // namespace
} // namespace fedmrn::test
