// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#include "engine/store/metrics_file.hpp"

#include <gmock/gmock.h>
#include <nlohmann/json.hpp>

#include "engine/store/ledger.hpp"
#include "tests/support/run_files.hpp"

namespace fedmrn {
namespace {

RoundMetrics round_of(std::uint32_t number) {
    RoundMetrics r;
    r.round = number;
    r.loss = 0.1 + 0.2;
    r.metrics = {{"accuracy", 0.5}};
    r.train_loss = 1.25;
    r.samples = 600;
    r.messages = 8;
    r.uplink_bytes = 564200;
    r.downlink_bytes = 15673600;
    r.dropped = 2;
    r.simulated_seconds = 4.5;
    r.time.training = 0.25;
    r.time.all = 0.5;
    return r;
}

void write_rounds(const std::filesystem::path& path, std::uint32_t last) {
    MetricsLog log(path);
    for (std::uint32_t i = 1; i <= last; ++i) log.append(round_of(i));
    log.sync();
}

TEST(Metrics, ALineIsJsonWithTheNamesOfTheInterface) {
    const auto json = nlohmann::json::parse(to_json_line(round_of(3)));
    for (const char* name :
         {"round", "loss", "accuracy", "train_loss", "samples", "uplink_bytes", "downlink_bytes",
          "messages", "dropped", "simulated_seconds", "train_seconds", "message_seconds",
          "aggregation_seconds", "evaluation_seconds", "checkpoint_seconds", "seconds"})
        EXPECT_TRUE(json.contains(name)) << name;
    EXPECT_EQ(json["round"], 3);
    EXPECT_EQ(json["loss"], 0.1 + 0.2);
    RoundMetrics skipped = round_of(4);
    skipped.metrics[0].value.reset();
    skipped.train_loss.reset(); // a round without an upload
    EXPECT_TRUE(nlohmann::json::parse(to_json_line(skipped))["accuracy"].is_null());
    EXPECT_TRUE(nlohmann::json::parse(to_json_line(skipped))["train_loss"].is_null());
}

/// A process alone writes nothing of ranks.
TEST(Metrics, WhatRanksSentIsThereWhereTheyAre) {
    const TemporaryFolder folder;
    RoundMetrics of_ranks = round_of(1);
    of_ranks.traffic = {16, 0, 3};
    MetricsLog log(folder / "m");
    log.append(of_ranks);
    log.append(round_of(2));
    const auto json = nlohmann::json::parse(to_json_line(of_ranks));
    EXPECT_EQ(json["wire_sum_bytes"], 16);
    EXPECT_EQ(json["wire_message_bytes"], 0);
    EXPECT_EQ(json["wire_rest_bytes"], 3);
    EXPECT_THAT(to_json_line(round_of(2)), testing::Not(testing::HasSubstr("wire")));
    const auto rounds = read_metrics(folder / "m");
    EXPECT_EQ(rounds.at(0).traffic, of_ranks.traffic);
    EXPECT_EQ(rounds.at(0).metrics, of_ranks.metrics); // none of the bytes is one
    EXPECT_EQ(rounds.at(1).traffic, Traffic{});
}

TEST(Metrics, EachLineIsThereAtOnceAndReadsBack) {
    const TemporaryFolder folder;
    MetricsLog log(folder / "m");
    log.append(round_of(1));
    EXPECT_EQ(slurp(folder / "m"), to_json_line(round_of(1)));
    log.append(round_of(2));
    const auto rounds = read_metrics(folder / "m");
    ASSERT_EQ(rounds.size(), 2U);
    EXPECT_EQ(to_json_line(rounds[1]), to_json_line(round_of(2)));
}

TEST(Metrics, CutDropsLaterRoundsAndATornLine) {
    const TemporaryFolder folder;
    write_rounds(folder / "m", 3);
    const std::string three = slurp(folder / "m");
    for (const char* torn : {"", "{\"round\":4,\"lo", "{\"round\":4,\"lo\n"}) {
        spill(folder / "m", three + torn);
        EXPECT_EQ(read_metrics(folder / "m").size(), 3U);
        cut_metrics(folder / "m", 2, 1);
        EXPECT_EQ(slurp(folder / "m"), to_json_line(round_of(1)) + to_json_line(round_of(2)));
    }
    MetricsLog(folder / "m").append(round_of(3)); // goes on where it was cut
    EXPECT_EQ(slurp(folder / "m"), three);
}

/// A run that was to end with round 2 has evaluated it, a longer one has not.
TEST(Metrics, CutKeepsTheEvaluationsThatALongerRunHas) {
    const TemporaryFolder folder;
    write_rounds(folder / "m", 4);
    cut_metrics(folder / "m", 4, 3);
    const auto rounds = read_metrics(folder / "m");
    for (const RoundMetrics& round : rounds) {
        EXPECT_EQ(round.value("accuracy").has_value(), round.round == 3) << round.round;
        EXPECT_EQ(round.loss.has_value(), round.round == 3) << round.round;
    }
    set_evaluation(folder / "m", 0.25, std::vector{0.75});
    EXPECT_EQ(read_metrics(folder / "m").back().value("accuracy"), 0.75);
    EXPECT_EQ(read_metrics(folder / "m").back().loss, 0.25);
}

TEST(Metrics, GapsAndDamageInTheMiddleAreErrors) {
    const TemporaryFolder folder;
    write_rounds(folder / "m", 2);
    EXPECT_THAT(error_of([&] { cut_metrics(folder / "m", 3, 1); }),
                testing::HasSubstr("holds rounds up to 2, its checkpoint is of round 3"));
    spill(folder / "m", to_json_line(round_of(1)) + to_json_line(round_of(3)));
    EXPECT_THAT(error_of([&] { read_metrics(folder / "m"); }),
                testing::HasSubstr("m:2: expected round 2, found 3"));
    spill(folder / "m", "rubbish\n" + to_json_line(round_of(2)));
    EXPECT_THAT(error_of([&] { read_metrics(folder / "m"); }),
                testing::HasSubstr("m:1: expected a round"));
}

TEST(Metrics, AFullDiskIsAFaultOfTheRun) {
    if (!std::filesystem::exists("/dev/full")) GTEST_SKIP() << "no /dev/full here";
    MetricsLog log("/dev/full");
    EXPECT_EQ(error_of([&] { log.append(round_of(1)); }, Fault::run),
              "/dev/full: cannot write: No space left on device");
}

TEST(Ledger, AddsWhatRanksSent) {
    RoundMetrics round = round_of(1);
    round.traffic = {16, 2, 3};
    Ledger ledger;
    ledger.add(round);
    ledger.add(round);
    EXPECT_EQ(ledger.traffic, (Traffic{32, 4, 6}));
    EXPECT_EQ(ledger.traffic.all(), 42U);
}

TEST(Ledger, AddsRounds) {
    Ledger ledger;
    for (std::uint32_t i = 1; i <= 3; ++i) ledger.add(round_of(i));
    EXPECT_EQ(ledger.messages, 24U);
    EXPECT_EQ(ledger.simulated_seconds, 13.5);
    EXPECT_EQ(ledger.uplink_bytes, 3U * 564200);
    EXPECT_EQ(ledger.downlink_bytes, 3U * 15673600);
    EXPECT_EQ(ledger.samples, 1800U);
    EXPECT_EQ(ledger.time.training, 0.75);
    EXPECT_EQ(ledger.time.all, 0); // of processes, not of rounds
}

} // namespace
} // namespace fedmrn
