// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
// Cohorts of many thousands: what is held of a client that is done is its message, not its model.

#include <gmock/gmock.h>

#include "engine/client/lane_pool.hpp"
#include "engine/server/links.hpp"
#include "engine/server/round.hpp"
#include "experiments.hpp"
#include "tests/support/process_memory.hpp"

namespace fedmrn::test {
namespace {

/// A client a sample; the model has 5,182 parameters.
Config config_of(const Dataset& data, std::uint64_t cohort) {
    Config config;
    config.experiment.rounds = 2;
    config.experiment.lanes = 2;
    config.experiment.device = DeviceKind::cpu;
    config.data.name = data.name;
    config.data.clients = data.train.samples();
    config.client = {.cohort = cohort, .epochs = 1, .batch = 1, .lr = 0.1};
    config.model.name = "sequential";
    config.model["layers"] = "linear(out=20), relu";
    config.method["magnitude"] = 0.05;
    return config;
}

/// The messages of two rounds and their bytes.
RoundMetrics trained(const Dataset& data, std::uint64_t cohort) {
    Experiment experiment(config_of(data, cohort), data);
    experiment.run_round();
    return *experiment.run_round();
}

/// Of a client of a cohort, at most at once: its message; what a round knows of it, as lists that
/// may have grown by doubling: tasks (of the cohort, of the rank, in the order of training),
/// numbers, the upload, what is expected, what has arrived (given, gathered, both as bytes and as
/// values), its work.
std::size_t stored(const RoundMetrics& round) {
    constexpr std::size_t block = 32; // malloc's own, at most, of a message
    constexpr std::size_t known = 3 * sizeof(ClientTask) + 5 * sizeof(std::uint64_t) +
                                  sizeof(Upload) + 2 * sizeof(ExpectedUpload) +
                                  4 * sizeof(Arrival) + sizeof(ClientWork);
    return round.uplink_bytes / round.messages + block + 2 * known;
}

TEST(CohortScale, TenThousandClientsARoundAreHeldAsMessages) {
    const Dataset data = halves(10'000, 100);
    EXPECT_EQ(trained(data, 10).messages, 10u);
    const std::size_t before = peak_resident();
    const RoundMetrics round = trained(data, 10'000);
    EXPECT_EQ(round.messages, 10'000u);
    EXPECT_EQ(round.samples, 10'000u);
    if (!memory_is_its_own) GTEST_SKIP() << "memory: a sanitizer's shadow counts too";
    const std::size_t more = peak_resident() - before;
    const std::size_t bound = 10'000 * stored(round) + (std::size_t{2} << 20);
    EXPECT_LT(more, bound);
    EXPECT_LT(bound, 10'000 * 5'182 * sizeof(float) / 5) << "a bound that updates would keep";
    RecordProperty("bytes_a_client", static_cast<int>(more / 10'000));
}

} // namespace
} // namespace fedmrn::test
