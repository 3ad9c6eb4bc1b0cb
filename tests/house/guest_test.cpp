// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>

#include "fedmrn/config_file.hpp"
#include "fedmrn/experiment.hpp"
#include "fedmrn/graph.hpp"
#include "fedmrn/update_codec.hpp"
#include "tests/support/on_device.hpp"
#include "tests/support/run_files.hpp"

extern "C" int omp_get_max_threads();
extern "C" void omp_set_num_threads(int);

// The library is a guest of the process that links it, and of other experiments there.
namespace fedmrn::test {
namespace {

Experiment experiment(const std::string& method, int seed, int lanes = 1,
                      DeviceKind device = DeviceKind::cpu) {
    const std::vector<std::string> said{"method.name=" + method,
                                        "experiment.seed=" + std::to_string(seed),
                                        "experiment.lanes=" + std::to_string(lanes),
                                        "data.name=synthetic",
                                        "data.clients=6",
                                        "client.cohort=3",
                                        "model.name=mlp"};
    Config config = parse_config("", "guest", said);
    config.experiment.device = device;
    return {config, load_dataset(config.data, config.experiment.seed)};
}

std::string hash(const Experiment& run) { return state_hash(run.state().global); }

TEST(Guest, TwoExperimentsDoNotDisturbEachOther) {
    const auto alone = [](const std::string& method, int seed) {
        Experiment run = experiment(method, seed);
        for (int round = 0; round < 4; ++round) run.run_round();
        return hash(run);
    };
    Experiment one = experiment("fedmrn", 1), other = experiment("qsgd", 2, 3);
    for (int round = 0; round < 4; ++round) {
        one.run_round();
        other.run_round();
    }
    EXPECT_EQ(hash(one), alone("fedmrn", 1));
    EXPECT_EQ(hash(other), alone("qsgd", 2));
    EXPECT_NE(hash(one), hash(other));
}

/// A lane that is alone trains on the caller's thread.
TEST(Guest, LeavesTheThreadsOpenMpAsItIs) {
    const int before = omp_get_max_threads();
    omp_set_num_threads(3);
    experiment("fedavg", 1).run_round();
    EXPECT_EQ(omp_get_max_threads(), 3);
    omp_set_num_threads(before);
}

/// All that a message says is the first weight's sign, of which the server makes ones.
class FirstSign final : public UpdateCodec {
public:
    explicit FirstSign(std::size_t weights) : weights_(weights) {}
    std::vector<TensorEntry> table(std::uint32_t /*round*/) const override {
        return {{Encoding::mask, 1}, {packed_encoding(2, true), weights_}, {Encoding::float32, 2}};
    }
    void encode(const UpdateContext& context, std::span<const float> update,
                const PayloadArrays<Written>& payload) const override {
        EXPECT_EQ(update.size(), weights_);
        EXPECT_EQ(payload.mask.size(), 1u);
        EXPECT_EQ(payload.packed.size(), 2 * words_of(weights_));
        EXPECT_EQ(payload.scales.size(), 1u);
        EXPECT_EQ(payload.dense.size(), 2u);
        payload.mask[0] = update[0] < 0 ? 1 : 0;
        payload.dense[0] = static_cast<float>(context.round);
        payload.dense[1] = static_cast<float>(context.client);
    }
    void decode(const UpdateContext& context, const PayloadArrays<Read>& payload,
                std::span<float> update) const override {
        EXPECT_EQ(payload.dense.size(), 2u);
        EXPECT_EQ(payload.dense[0], static_cast<float>(context.round));
        EXPECT_EQ(payload.dense[1], static_cast<float>(context.client));
        std::ranges::fill(update, payload.mask[0] != 0 ? -1.0f : 1.0f);
    }

private:
    std::size_t weights_;
};

UpdateMethod first_sign() {
    UpdateMethod method{{"first_sign", "FirstSign", "the sign of the first weight"}};
    method.wire = 210;
    method.make = [](const Options&, const ParameterLayout& layout) {
        return std::make_unique<FirstSign>(layout.masked);
    };
    return method;
}

class OwnCodec : public PerDevice {
protected:
    static void SetUpTestSuite() {
        [[maybe_unused]] static const bool once = (add_method(first_sign()), true);
    }
};
INSTANTIATE_TEST_SUITE_P(On, OwnCodec, testing::ValuesIn(kinds_under_test()), kind_name);

TEST_P(OwnCodec, WorksInHostMemory) {
    Experiment run = experiment("first_sign", 1, 2, GetParam());
    const std::vector<float> before = run.state().global;
    run.run_round();
    const std::vector<float>& after = run.state().global;
    // The mean of signs with the weights of three clients, for each of the weights the same.
    const std::size_t weights = run.model().layout.masked;
    const double step = double{after[0]} - before[0];
    EXPECT_LE(std::abs(step), 1.0 + 1e-6);
    EXPECT_GT(std::abs(step), 0.1);
    for (std::size_t i = 1; i < weights; ++i) {
        ASSERT_NEAR(double{after[i]} - before[i], step, 1e-6) << i;
    }
    EXPECT_NE(double{after[weights]} - before[weights], step); // a bias goes as it is
}

TEST_P(OwnCodec, HasANumberOfItsOwn) {
    UpdateMethod other = first_sign();
    other.name = "another";
    EXPECT_THAT(error_of([&] { add_method(other); }), testing::HasSubstr("210"));
}

TEST(Guest, HasOneKindOfErrors) {
    Graph graph;
    EXPECT_EQ(error_of([&] { (void)graph.tensor(Value{7}); }), "graph: a value of another graph");
}

} // namespace
} // namespace fedmrn::test
