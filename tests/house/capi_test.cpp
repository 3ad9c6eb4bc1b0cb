// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#include <cmath>
#include <filesystem>
#include <string>
#include <thread>
#include <vector>

#include <gmock/gmock.h>

#include "fedmrn/fedmrn.h"
#include "tests/support/run_files.hpp"

// The C API as its callers meet it; examples/rounds.c and rounds.f90 are such callers.
namespace fedmrn::test {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

constexpr const char* toml = "[data]\nname = \"synthetic\"\nclients = 4\n"
                             "[client]\ncohort = 2\n[model]\nname = \"mlp\"\n"
                             "[server]\neval_every = 2\n";

class CApi : public testing::Test {
protected:
    CApi() {
        EXPECT_EQ(fedmrn_config_parse(toml, &config), FEDMRN_OK) << fedmrn_error();
        EXPECT_EQ(fedmrn_data_load(config, &data), FEDMRN_OK) << fedmrn_error();
        EXPECT_EQ(fedmrn_open(config, data, &run), FEDMRN_OK) << fedmrn_error();
    }
    ~CApi() override {
        fedmrn_close(run);
        fedmrn_data_free(data);
        fedmrn_config_free(config);
    }
    std::vector<float> parameters() {
        std::vector<float> values(fedmrn_parameters(run));
        EXPECT_EQ(fedmrn_read_parameters(run, values.data(), values.size()), FEDMRN_OK);
        return values;
    }

    fedmrn_config* config = nullptr;
    fedmrn_data* data = nullptr;
    fedmrn_experiment* run = nullptr;
};

TEST_F(CApi, TellsWhatARoundDid) {
    fedmrn_metrics metrics{};
    double accuracy = 0;
    ASSERT_EQ(fedmrn_metric(run, "accuracy", &accuracy), FEDMRN_OK);
    EXPECT_TRUE(std::isnan(accuracy)); // no round yet
    ASSERT_EQ(fedmrn_round(run, &metrics), FEDMRN_OK) << fedmrn_error();
    EXPECT_EQ(metrics.round, 1u);
    EXPECT_EQ(metrics.evaluated, 0u);
    EXPECT_TRUE(std::isnan(metrics.loss));
    EXPECT_GT(metrics.train_loss, 0);
    EXPECT_EQ(metrics.messages, 2u);
    EXPECT_GT(metrics.uplink_bytes, 96u);
    ASSERT_EQ(fedmrn_round(run, &metrics), FEDMRN_OK);
    EXPECT_EQ(metrics.evaluated, 1u);
    ASSERT_EQ(fedmrn_metric(run, "accuracy", &accuracy), FEDMRN_OK);
    EXPECT_GT(accuracy, 0);
    EXPECT_EQ(fedmrn_rounds_done(run), 2u);
    EXPECT_EQ(fedmrn_rounds(run), 100u);
}

TEST_F(CApi, SaysWhoseMistakeItWas) {
    EXPECT_EQ(fedmrn_config_set(config, "client.cohorts=3"), FEDMRN_INPUT);
    EXPECT_THAT(fedmrn_error(), HasSubstr("client.cohort"));
    double value = 0;
    EXPECT_EQ(fedmrn_metric(run, "acuracy", &value), FEDMRN_INPUT);
    EXPECT_THAT(fedmrn_error(), StartsWith("metric acuracy: "));
    float one = 0;
    EXPECT_EQ(fedmrn_read_parameters(run, &one, 1), FEDMRN_INPUT);
    EXPECT_EQ(fedmrn_write_parameters(run, &one, 1), FEDMRN_INPUT);
    EXPECT_THAT(fedmrn_error(), StartsWith("count: expected "));
    EXPECT_EQ(fedmrn_save(run, "/nowhere/at/all"), FEDMRN_RUN);
    const std::string kept = fedmrn_error();
    std::thread([] { EXPECT_STREQ(fedmrn_error(), ""); }).join(); // each thread has its own
    EXPECT_EQ(fedmrn_error(), kept);
    // A configuration stays as it was where a change is refused, and takes what is right.
    EXPECT_EQ(fedmrn_config_set(config, "client.cohort=3"), FEDMRN_OK);
}

TEST_F(CApi, RefusesNull) {
    fedmrn_experiment* none = nullptr;
    EXPECT_EQ(fedmrn_config_parse(nullptr, &config), FEDMRN_INPUT);
    EXPECT_STREQ(fedmrn_error(), "toml: expected a pointer, found NULL");
    EXPECT_EQ(fedmrn_config_parse(toml, nullptr), FEDMRN_INPUT);
    EXPECT_EQ(fedmrn_config_set(nullptr, "a.b=c"), FEDMRN_INPUT);
    EXPECT_EQ(fedmrn_data_load(nullptr, &data), FEDMRN_INPUT);
    EXPECT_EQ(fedmrn_data_images({1, 1, 1, 2}, nullptr, nullptr, &data), FEDMRN_INPUT);
    EXPECT_EQ(fedmrn_open(nullptr, data, &none), FEDMRN_INPUT);
    EXPECT_EQ(fedmrn_open(config, data, nullptr), FEDMRN_INPUT);
    EXPECT_EQ(fedmrn_round(nullptr, nullptr), FEDMRN_INPUT);
    EXPECT_EQ(fedmrn_read_parameters(run, nullptr, fedmrn_parameters(run)), FEDMRN_INPUT);
    EXPECT_EQ(fedmrn_restore(run, nullptr), FEDMRN_INPUT);
    EXPECT_EQ(none, nullptr);
    fedmrn_close(nullptr);
    fedmrn_stop(nullptr);
}

TEST_F(CApi, ChecksImages) {
    const std::vector<std::uint8_t> pixels(8);
    const std::vector<std::uint16_t> labels{0, 2};
    const fedmrn_images images{pixels.data(), labels.data(), 2};
    fedmrn_data* made = nullptr;
    EXPECT_EQ(fedmrn_data_images({2, 2, 1, 2}, &images, &images, &made), FEDMRN_INPUT);
    EXPECT_THAT(fedmrn_error(), HasSubstr("label"));
    EXPECT_EQ(made, nullptr);
    EXPECT_EQ(fedmrn_data_images({2, 2, 1, 3}, &images, &images, &made), FEDMRN_OK);
    fedmrn_data_free(made);
}

TEST_F(CApi, GoesOnFromACheckpoint) {
    const TemporaryFolder folder;
    const std::string file = (folder / "state").string();
    ASSERT_EQ(fedmrn_round(run, nullptr), FEDMRN_OK);
    ASSERT_EQ(fedmrn_save(run, file.c_str()), FEDMRN_OK) << fedmrn_error();
    ASSERT_EQ(fedmrn_round(run, nullptr), FEDMRN_OK);
    const std::vector<float> there = parameters();
    ASSERT_EQ(fedmrn_restore(run, file.c_str()), FEDMRN_OK) << fedmrn_error();
    EXPECT_EQ(fedmrn_rounds_done(run), 1u);
    EXPECT_NE(parameters(), there);
    ASSERT_EQ(fedmrn_round(run, nullptr), FEDMRN_OK);
    EXPECT_EQ(parameters(), there);

    fedmrn_experiment* other = nullptr;
    ASSERT_EQ(fedmrn_config_set(config, "client.lr=0.2"), FEDMRN_OK);
    ASSERT_EQ(fedmrn_open(config, data, &other), FEDMRN_OK);
    EXPECT_EQ(fedmrn_restore(other, file.c_str()), FEDMRN_INPUT);
    EXPECT_THAT(fedmrn_error(), HasSubstr("client.lr"));
    EXPECT_EQ(fedmrn_rounds_done(other), 0u);
    fedmrn_close(other);
}

/// A stop gives up the round in progress and no later one.
TEST_F(CApi, StopsFromAnotherThread) {
    fedmrn_stop(run); // nothing is in progress
    ASSERT_EQ(fedmrn_round(run, nullptr), FEDMRN_OK);
    ASSERT_EQ(fedmrn_config_set(config, "client.epochs=1000000"), FEDMRN_OK);
    fedmrn_experiment* endless = nullptr;
    ASSERT_EQ(fedmrn_open(config, data, &endless), FEDMRN_OK);
    std::jthread stopper([&](const std::stop_token& enough) {
        while (!enough.stop_requested()) {
            fedmrn_stop(endless);
            std::this_thread::sleep_for(std::chrono::milliseconds(5));
        }
    });
    EXPECT_EQ(fedmrn_round(endless, nullptr), FEDMRN_STOPPED);
    EXPECT_STREQ(fedmrn_error(), "stopped");
    stopper = {};
    EXPECT_EQ(fedmrn_rounds_done(endless), 0u);
    fedmrn_close(endless);
}

} // namespace
} // namespace fedmrn::test
