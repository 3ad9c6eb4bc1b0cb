// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#include "engine/server/global_state.hpp"

#include <gtest/gtest.h>

#include "engine/server/intake.hpp"
#include "kernels/cpu/cpu_device.hpp"
#include "tests/support/compare.hpp"
#include "tests/support/narrow_models.hpp"
#include "tests/support/one_round.hpp"

namespace fedmrn::test {
namespace {

/// A device that counts the bytes that are copied from it.
class Watched final : public kernels::cpu::CpuDevice {
public:
    void copy_out(void* host, DevicePointer<const void> device, std::size_t bytes) override {
        copied += bytes;
        CpuDevice::copy_out(host, device, bytes);
    }
    std::size_t copied = 0;
};

/// A server with momentum, and rounds of messages to it.
struct Server {
    explicit Server(const char* name) : method(make_method({name}, model.layout)) {
        config.optimizer["momentum"] = 0.9;
        state.emplace(device, model.layout, config, *method->server);
        state->begin(random_state(model, 1));
    }
    void round() {
        const RoundContext context{state->round() + 1, state->data()};
        const Buffer<float> update(
            device, RandomValues(context.round).values(method->local->count(), 0.02)),
            weights(device, random_state(model, 2));
        const TrainedClient client{0, 7, 100, update.data(), weights.data()};
        std::vector<Upload> uploads{{encode(sent_by(*method, device, context, client)), {}}};
        Sums sums(device, method->server->sums());
        WallTime time;
        take_in(device, context, *method, std::vector<ExpectedUpload>{{0, 7}}, uploads, sums, time);
        Buffer<double> change(device, model.layout.state);
        method->server->finish(device, context, sums, change.data());
        state->step(change.data());
        state->end_round();
    }

    Watched device;
    const Model model = narrow_cnn();
    std::unique_ptr<Method> method;
    ServerConfig config;
    std::optional<GlobalState> state;
};

/// The state comes from the device when somebody asks for it, once, and rounds alone leave it
/// there.
TEST(GlobalState, RoundsCopyNothingOfIt) {
    for (const char* name : {"fedavg", "fedmrn", "signsgd", "topk"}) {
        Server server(name);
        const ParameterLayout& layout = server.model.layout;
        const std::vector<float> before = server.state->state().global;
        EXPECT_EQ(server.device.copied, 0U) << name; // it was made on the host
        for (std::uint32_t round = 1; round <= 4; ++round) {
            server.round();
            EXPECT_EQ(server.state->round(), round);
            EXPECT_LT(server.device.copied, sizeof(float) * layout.state) << name;
        }
        const std::size_t rounds = server.device.copied,
                          all = layout.state * sizeof(float) + layout.trainable * sizeof(double);
        EXPECT_FALSE(same_bits(server.state->state().global, before)) << name;
        EXPECT_EQ(server.device.copied, rounds + all) << name;
        EXPECT_EQ(server.state->state().round, 4U);
        EXPECT_EQ(server.device.copied, rounds + all) << name; // once
    }
}

/// Asked for or not, after every round or at the end, it is the same.
TEST(GlobalState, AskingChangesNothing) {
    Server asked("fedavg"), left_alone("fedavg"), resumed("fedavg");
    for (int i = 0; i < 3; ++i) {
        asked.round();
        static_cast<void>(asked.state->state());
        left_alone.round();
    }
    const ServerState& a = asked.state->state();
    const ServerState& b = left_alone.state->state();
    EXPECT_TRUE(same_bits(a.global, b.global));
    EXPECT_EQ(a.moments, b.moments);
    EXPECT_EQ(a.round, b.round);
    // What was restored is not written over by what the device had before.
    resumed.round();
    resumed.state->restore(a);
    EXPECT_TRUE(same_bits(resumed.state->state().global, a.global));
    resumed.round();
    left_alone.round();
    EXPECT_TRUE(same_bits(resumed.state->state().global, left_alone.state->state().global));
}

} // namespace
} // namespace fedmrn::test
