// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#include "engine/report/report.hpp"

#include <sstream>

#include <gmock/gmock.h>
#include <nlohmann/json.hpp>

#include "engine/config/same_run.hpp"
#include "engine/store/metrics_file.hpp"
#include "engine/store/summary.hpp"
#include "tests/support/run_files.hpp"

namespace fedmrn {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;

Summary example() {
    Summary s;
    s.rounds = 2;
    s.metrics = {{{}, 0.8812, 0.1 + 0.2}};
    s.uplink_bits_per_parameter = 1.155;
    s.uplink_bytes = 1'128'400;
    s.downlink_bytes = 99;
    s.float32_bytes = 31'347'200;
    s.samples_per_second = 4321.9;
    s.messages = 20;
    s.time.training = 50;
    s.time.all = 61.5;
    s.device = "cpu";
    s.lanes = 2;
    s.model_hash = "0123456789abcdef";
    return s;
}

fs::path finished_run(const fs::path& folder, const std::string& config) {
    fs::create_directories(folder);
    spill(folder / "config.toml", config);
    for (std::uint32_t r = 1; r <= 2; ++r) {
        RoundMetrics round;
        round.round = r;
        round.metrics = {{"accuracy", 0.4406 * r}};
        MetricsLog(folder / "metrics.jsonl").append(round);
    }
    write_summary(folder / "summary.json", example());
    return folder;
}

TEST(Summary, HasTheNamesOfTheInterfaceAndReadsBack) {
    const TemporaryFolder folder;
    write_summary(folder / "s", example());
    const auto json = nlohmann::json::parse(slurp(folder / "s"));
    EXPECT_EQ(json.size(), 27U);
    for (const char* name : {"rounds",
                             "final_accuracy",
                             "best_accuracy",
                             "uplink_bits_per_parameter",
                             "uplink_bytes",
                             "downlink_bytes",
                             "float32_bytes",
                             "samples_per_second",
                             "seconds",
                             "simulated_seconds",
                             "device",
                             "lanes",
                             "model_hash",
                             "messages",
                             "data_hash",
                             "train_seconds",
                             "checkpoint_seconds",
                             "version",
                             "commit",
                             "compiler",
                             "processor",
                             "started",
                             "finished",
                             "clients"})
        EXPECT_TRUE(json.contains(name)) << name;
    const Summary back = read_summary(folder / "s");
    EXPECT_EQ(back.metrics, example().metrics);
    EXPECT_EQ(back.model_hash, "0123456789abcdef");
    EXPECT_EQ(back.lanes, 2U);
    EXPECT_EQ(back.time, example().time);
    EXPECT_FALSE(back.clients);
    EXPECT_FALSE(back.coded_bits_per_parameter);
    Summary coded = example();
    coded.coded_bits_per_parameter = 0.5;
    write_summary(folder / "s", coded);
    EXPECT_EQ(read_summary(folder / "s").coded_bits_per_parameter, 0.5);
    EXPECT_FALSE(back.deployed);
    Summary quantized = example();
    quantized.deployed = 0.8765;
    write_summary(folder / "q", quantized);
    EXPECT_EQ(nlohmann::json::parse(slurp(folder / "q"))["deployed_accuracy"], 0.8765);
    EXPECT_EQ(read_summary(folder / "q").deployed, 0.8765);
    spill(folder / "s", "{\"rounds\": 2}");
    EXPECT_THAT(error_of([&] { read_summary(folder / "s"); }), HasSubstr("s: not a run's summary"));
}

TEST(Summary, TextNamesWhatAClientUploads) {
    const std::string text = summary_text(example(), "runs/x");
    EXPECT_THAT(text, HasSubstr("88.12 % after 2 rounds"));
    EXPECT_THAT(text, testing::Not(HasSubstr("deployed")));
    Summary quantized = example();
    quantized.deployed = 0.8765;
    EXPECT_THAT(summary_text(quantized, ""), HasSubstr("accuracy 87.65 % of the weights as they"));
    EXPECT_THAT(text, HasSubstr("56,420 bytes a round, 1/27.8 of float32's 1,567,360"));
    EXPECT_THAT(text, HasSubstr("1.155"));
    EXPECT_THAT(text, HasSubstr("1.13 MB up, 99 B down"));
    EXPECT_THAT(text, HasSubstr("1:02 in all: training 0:50, the rest 0:12"));
    EXPECT_THAT(text, HasSubstr("runs/x"));
    Summary coded = example();
    coded.coded_bits_per_parameter = 0.9975;
    EXPECT_THAT(summary_text(coded, "x"),
                HasSubstr("bits a parameter  1.155: 0.998 in masks and codes, 0.157 beside them"));
    Summary one = example();
    one.rounds = 1;
    EXPECT_THAT(summary_text(one, "x"), HasSubstr("after 1 round, best"));
}

TEST(Summary, SaysWhatRanksSentWhereTheyAre) {
    const TemporaryFolder folder;
    Summary s = example();
    EXPECT_THAT(summary_text(s, "x"), testing::Not(HasSubstr("between ranks")));
    s.traffic = {16'000'000, 2'000'000, 300'000};
    write_summary(folder / "s", s);
    EXPECT_EQ(nlohmann::json::parse(slurp(folder / "s")).size(), 30U);
    EXPECT_EQ(read_summary(folder / "s").traffic, s.traffic);
    EXPECT_THAT(summary_text(s, "x"), HasSubstr("between ranks     18.3 MB: sums 16.0 MB, "
                                                "messages 2.00 MB, the rest 300 kB"));
}

/// Messages are counted: rounds times cohort are more where clients drop out.
TEST(Report, BytesAnUploadAreThoseOfTheMessages) {
    Summary s = example();
    s.messages = 10;
    EXPECT_EQ(bytes_per_upload(s), "112,840");
    s.messages = s.uplink_bytes = 0;
    EXPECT_EQ(bytes_per_upload(s), "-");
    EXPECT_EQ(share_of_float32(s), "-");
    EXPECT_THAT(summary_text(s, "x"), HasSubstr("nothing: in every round all clients dropped out"));
}

TEST(Report, WritesOverNothingButADrawing) {
    const TemporaryFolder folder;
    const std::vector<fs::path> runs{finished_run(folder / "one", "")};
    std::ostringstream out;
    const std::string before = slurp(runs[0] / "metrics.jsonl");
    EXPECT_THAT(error_of([&] { report(runs, runs[0] / "metrics.jsonl", out); }),
                HasSubstr("metrics.jsonl: exists and is no SVG"));
    EXPECT_EQ(slurp(runs[0] / "metrics.jsonl"), before);
    report(runs, folder / "a.svg", out);
    EXPECT_NO_THROW(report(runs, folder / "a.svg", out));
}

/// A run that is being made longer has lines after those of the results in its folder.
TEST(Report, DrawsTheRoundsThatItsResultsAreOf) {
    const TemporaryFolder folder;
    const std::vector<fs::path> runs{finished_run(folder / "one", "")};
    RoundMetrics third;
    third.round = 3;
    third.metrics = {{"accuracy", 0.01}};
    MetricsLog(runs[0] / "metrics.jsonl").append(third);
    std::ostringstream out;
    report(runs, folder / "a.svg", out);
    EXPECT_THAT(slurp(folder / "a.svg"), testing::Not(HasSubstr("1.00 %")));
}

TEST(Report, SetsRunsSideBySide) {
    const TemporaryFolder folder;
    const std::vector<fs::path> runs{finished_run(folder / "one", ""),
                                     finished_run(folder / "two", "method.name = 'fedavg'")};
    std::ostringstream out;
    report(runs, folder / "both.svg", out);
    EXPECT_THAT(out.str(), HasSubstr("FedMRN (binary mask)"));
    EXPECT_THAT(out.str(), HasSubstr("FedAvg"));
    EXPECT_THAT(out.str(), HasSubstr("56,420"));
    EXPECT_THAT(out.str(), HasSubstr("1/27.8"));
    EXPECT_THAT(out.str(), HasSubstr("88.12 %"));
    const std::string svg = slurp(folder / "both.svg");
    EXPECT_THAT(svg, HasSubstr(">FedMRN (binary mask)</tspan>"));
    EXPECT_THAT(svg, HasSubstr(">FedAvg</tspan>"));
}

TEST(Report, RunsOfOneMethodGoByTheirFolder) {
    const TemporaryFolder folder;
    const std::vector<fs::path> runs{finished_run(folder / "one", ""),
                                     finished_run(folder / "two", "")};
    std::ostringstream out;
    report(runs, std::nullopt, out);
    EXPECT_THAT(out.str(), HasSubstr("FedMRN (binary mask), one"));
    EXPECT_THAT(out.str(), HasSubstr("FedMRN (binary mask), two"));
}

TEST(Report, NeedsFinishedRuns) {
    const TemporaryFolder folder;
    std::ostringstream out;
    const std::vector<fs::path> runs{folder.path()};
    EXPECT_THAT(error_of([&] { report(runs, std::nullopt, out); }),
                HasSubstr("no finished run here"));
}

} // namespace
} // namespace fedmrn
