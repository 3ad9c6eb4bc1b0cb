// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#include "engine/report/progress.hpp"

#include <sstream>
#include <thread>

#include <gmock/gmock.h>

namespace fedmrn {
namespace {

using testing::HasSubstr;
using testing::Not;

RoundMetrics round_of(std::uint32_t number) {
    RoundMetrics r;
    r.round = number;
    r.metrics = {{"accuracy", 0.8421}};
    r.samples = 1000;
    r.uplink_bytes = 500'000;
    return r;
}

struct Fixture {
    std::ostringstream out;
    double now = 100;
    Progress::Clock clock() {
        return [this] { return now; };
    }
};

TEST(Progress, ALiveLineIsDrawnOver) {
    Fixture f;
    Progress progress(f.out, {.interactive = true, .colour = false, .columns = 120}, {}, 20, 0, 0,
                      f.clock());
    f.now = 101;
    progress.update(0.5, 500);
    EXPECT_THAT(f.out.str(), HasSubstr("\r"));
    EXPECT_THAT(f.out.str(), HasSubstr("round 1/20  0:39 left  uplink 0 B  500 samples/s"));
    EXPECT_THAT(f.out.str(), HasSubstr("░"));
    f.now = 102;
    f.out.str("");
    progress.round_done(round_of(1));
    EXPECT_THAT(f.out.str(),
                HasSubstr("round 1/20  accuracy 84.21 %  0:38 left  uplink 500 kB  500 samples/s"));
    EXPECT_THAT(f.out.str(), Not(HasSubstr("\n")));
    f.out.str("");
    progress.finish();
    progress.finish();
    EXPECT_EQ(f.out.str(), "\n");
}

TEST(Progress, DrawsTenTimesASecondAtMost) {
    Fixture f;
    Progress progress(f.out, {.interactive = true, .colour = false, .columns = 80}, {}, 20, 0, 0,
                      f.clock());
    progress.update(0.1, 1);
    f.out.str("");
    f.now += 0.05;
    progress.update(0.2, 2);
    EXPECT_EQ(f.out.str(), "");
    f.now += 0.06;
    progress.update(0.3, 3);
    EXPECT_NE(f.out.str(), "");
}

TEST(Progress, FitsNarrowTerminals) {
    for (const unsigned columns : {10U, 20U, 30U, 45U, 60U, 80U}) {
        Fixture f;
        Progress progress(f.out, {.interactive = true, .colour = false, .columns = columns}, {}, 20,
                          0, 0, f.clock());
        f.now += 1;
        progress.round_done(round_of(1));
        std::string line = f.out.str().substr(1); // without \r
        line.resize(line.find('\x1b'));
        EXPECT_LT(
            std::count_if(line.begin(), line.end(),
                          [](char c) { return (static_cast<unsigned char>(c) & 0xc0U) != 0x80; }),
            columns);
    }
}

TEST(Progress, PlainLinesElsewhere) {
    Fixture f;
    Progress progress(f.out, {}, {}, 20, 0, 0, f.clock());
    for (std::uint32_t r = 1; r <= 20; ++r) {
        progress.update(0.5, 10);
        f.now += 1;
        progress.round_done(round_of(r));
    }
    progress.finish();
    const std::string text = f.out.str();
    EXPECT_THAT(text, Not(HasSubstr("\r")));
    EXPECT_EQ(std::count(text.begin(), text.end(), '\n'), 11); // the first and every other
    EXPECT_THAT(
        text,
        HasSubstr("round 10/20  accuracy 84.21 %  0:10 left  uplink 5.00 MB  1,000 samples/s\n"));
    EXPECT_THAT(text, testing::EndsWith(
                          "round 20/20  accuracy 84.21 %  uplink 10.0 MB  1,000 samples/s\n"));
}

TEST(Progress, AResumedRunCountsOn) {
    Fixture f;
    Progress progress(f.out, {}, {}, 20, 10, 5'000'000, f.clock());
    f.now += 2;
    progress.round_done(round_of(11));
    EXPECT_EQ(f.out.str(),
              "round 11/20  accuracy 84.21 %  0:18 left  uplink 5.50 MB  500 samples/s\n");
}

TEST(Progress, ManyThreadsMayReport) {
    std::ostringstream out;
    {
        Progress progress(out, {.interactive = true, .colour = false, .columns = 80}, {}, 2, 0, 0);
        std::vector<std::jthread> threads;
        for (int t = 0; t < 4; ++t)
            threads.emplace_back([&progress] {
                for (int i = 0; i < 1000; ++i) progress.update(i / 1000.0, 10);
            });
    }
    EXPECT_THAT(out.str(), HasSubstr("round 1/2"));
    EXPECT_EQ(out.str().back(), '\n');
}

} // namespace
} // namespace fedmrn
