// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "kernels/formula/permutation.hpp"
#include "kernels/mask.hpp"
#include "tests/support/columns.hpp"
#include "tests/support/compare.hpp"
#include "tests/support/federation.hpp"
#include "tests/support/narrow_models.hpp"
#include "tests/support/on_device.hpp"

namespace fedmrn::test {
namespace {

constexpr std::uint32_t samples = 21, batch = 8;
constexpr ClientConfig client{
    .epochs = 2, .batch = batch, .lr = 0.05, .momentum = 0.5, .weight_decay = 0.1};

/// A client's local training, written down as the specification says it: û for the weights, the
/// gradient at w + û, momentum and decay on u; 6 steps in shuffled batches of 8, 8 and 5.
class LocalTraining : public OnDevice {
protected:
    /// The update after the last step, by a loop of plain arithmetic around Network::train.
    std::vector<float> by_hand(const Method& method) {
        const std::size_t trainable = model.layout.trainable;
        const ClientTask& task = federation.tasks[0];
        std::vector<float> update(trainable, 0.0f), velocity(trainable, 0.0f);
        Buffer<float> weights(device, global), gradient(device, trainable);
        Buffer<LaneMetrics> metrics(device, 1);
        Network network(device, model, 1, batch, Real::f32, true);
        const Buffer<std::byte> data(device, method.local->round_data({4}));
        for (std::uint32_t step = 0; step < 6; ++step) {
            const std::uint32_t first = step % 3 * batch, rows = std::min(batch, samples - first);
            const Buffer<LaneState> state(
                device, std::vector<LaneState>{{task.seed, 0, samples, step, 6, rows}});
            put_batch(network, task.seed, step / 3, first, rows);
            const Buffer<float> w(device, global);
            Buffer<float> u(device, update);
            method.local->weights(
                device,
                {w.data(), data.data(), 1, state.data(), {u.data(), 0}, {weights.data(), 0}, {}});
            network.train(state.data(), {weights.data(), 0}, {gradient.data(), 0}, metrics.data());
            const auto g = gradient.read(), local = weights.read();
            for (std::size_t i = 0; i < trainable; ++i) {
                const volatile float decay =
                    0.1f * (method.local->decays_weights() || i >= model.layout.masked ? local[i]
                                                                                       : update[i]);
                const volatile float kept = 0.5f * velocity[i];
                velocity[i] = kept + (g[i] + decay);
                const volatile float move = 0.05f * velocity[i];
                update[i] -= move;
            }
        }
        return update;
    }

    /// Normalised images of one batch, row by row in the client's shuffled order.
    void put_batch(Network& network, std::uint64_t seed, std::uint32_t epoch, std::uint32_t first,
                   std::uint32_t rows) {
        const std::size_t size = model.input("x").elements();
        const formula::Permutation order = formula::shuffle(seed, epoch, samples);
        std::vector<float> x;
        std::vector<std::uint16_t> labels;
        const Images images = images_of(federation.data);
        for (std::uint32_t row = first; row < first + rows; ++row) {
            const std::size_t sample = federation.order[formula::permute(order, row)];
            labels.push_back(images.labels[sample]);
            for (std::size_t i = 0; i < size; ++i) {
                const float scale = 1.0f / (255.0f * 0.29f), shift = -0.5f / 0.29f;
                const volatile float product =
                    static_cast<float>(images.pixels[sample * size + i]) * scale;
                x.push_back(product + shift);
            }
        }
        device.copy_in(network.input(), x.data(), x.size() * sizeof(float));
        device.copy_in(network.labels(), labels.data(), labels.size() * sizeof(std::uint16_t));
    }

    /// The message of the lane group.
    Message by_lanes(const Method& method) {
        const Stages stages = make_stages(client, {}, model.layout);
        LaneGroup group(device, model, method, stages, client, 1, Real::f32);
        const Buffer<float> state(device, global);
        std::optional<ClientTask> task = federation.tasks[0];
        Message result;
        group.run(
            federation.resident.view(), {4, state.data()}, [&] { return std::exchange(task, {}); },
            [&](const ClientTask&, const MessageView& message, const LaneMetrics&) {
                result = owned(message);
            },
            [](std::uint64_t) {}, {});
        return result;
    }

    const Model model = narrow_mlp();
    Federation federation{device, model, {samples, 3}};
    const std::vector<float> global = random_state(model, 1);
};
INSTANTIATE_TEST_SUITE_P(On, LocalTraining, ::testing::ValuesIn(kinds_under_test()), kind_name);

TEST_P(LocalTraining, OfFedAvgIsTheLoopByHandBitByBit) {
    const auto method = make_method({"fedavg"}, model.layout);
    EXPECT_TRUE(same_bits(by_lanes(*method).dense, by_hand(*method)));
}

/// Dense part and final mask; the mask is drawn from the same update.
TEST_P(LocalTraining, OfFedMrnIsTheLoopByHandBitByBit) {
    for (const std::string mask : {"binary", "signed"}) {
        const auto method =
            make_method({"fedmrn", {{"mask", mask}, {"magnitude", 0.05}}}, model.layout);
        const Message message = by_lanes(*method);
        const auto update = by_hand(*method);
        const std::size_t masked = model.layout.masked;
        EXPECT_TRUE(same_bits(
            message.dense, std::vector<float>(update.begin() + static_cast<std::ptrdiff_t>(masked),
                                              update.end())));
        const kernels::MaskRule rule{
            mask == "binary" ? formula::MaskShape::binary : formula::MaskShape::plusminus,
            formula::noise_rule(formula::NoiseShape::uniform, 0.05), true, true};
        const Buffer<float> u(device, update);
        Buffer<std::uint32_t> words(device, (masked + 31) / 32);
        kernels::pack_mask(device, rule, federation.tasks[0].seed, masked, u.data(), words.data());
        EXPECT_EQ(message.mask, words.read());
        EXPECT_EQ(message.seed, federation.tasks[0].seed);
        EXPECT_EQ(message.samples, samples);
        EXPECT_EQ(message.client, 10u);
        EXPECT_EQ(message.round, 4u);
    }
}

} // namespace
} // namespace fedmrn::test
