// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#include "engine/store/client_results.hpp"

#include <cmath>

#include <gmock/gmock.h>

namespace fedmrn {
namespace {

using testing::HasSubstr;

TEST(ClientResults, SpreadCountsEveryClientAlike) {
    std::vector<Evaluation> clients;
    for (int k = 0; k < 20; ++k)
        clients.push_back({static_cast<std::uint64_t>(k + 1), 1, {k / 20.0}});
    clients.push_back({}); // without samples: not counted
    const ClientSpread spread = spread_of(clients, {});
    EXPECT_EQ(spread.clients, 20U);
    EXPECT_NEAR(spread.mean, 0.475, 1e-12);
    EXPECT_NEAR(spread.worst_tenth, 0.025, 1e-12); // of 0 and 0.05
    EXPECT_NEAR(spread.deviation, std::sqrt((400.0 - 1) / 12) / 20, 1e-12);
    EXPECT_EQ(spread_of({}, {}).clients, 0U);
    EXPECT_EQ(spread_of(std::span(clients).first(1), {}).worst_tenth, 0);
}

TEST(ClientResults, CsvHasAUserWhereThereIsOne) {
    const std::vector<Measure> accuracy(1);
    const std::vector<Evaluation> clients{{4, 0.5, {0.25}}, {0, 0, {0.0}}};
    EXPECT_EQ(clients_csv(clients, accuracy, {}),
              "client,samples,accuracy,loss\n0,4,0.25,0.5\n1,0,,\n");
    const std::vector<std::uint32_t> users{7, 9};
    EXPECT_EQ(clients_csv(clients, accuracy, users),
              "client,user,samples,accuracy,loss\n0,7,4,0.25,0.5\n1,9,0,,\n");
}

TEST(ClientResults, TheDrawingCountsEveryClientOnce) {
    const std::vector<Evaluation> clients{
        {1, 0, {0.0}}, {1, 0, {1.0}}, {1, 0, {1.0}}, {1, 0, {0.51}}, {}};
    const std::string svg = clients_svg(clients, {}, "a & b");
    EXPECT_THAT(svg, HasSubstr("<title>a &amp; b</title>"));
    EXPECT_THAT(svg, HasSubstr("4 clients: mean 62.75 %, worst tenth 0.00 %"));
    std::size_t bars = 0;
    for (std::size_t at = 0; (at = svg.find("fill=\"#0b5fa5\"", at)) != std::string::npos; ++at)
        ++bars;
    EXPECT_EQ(bars, 3U);
    EXPECT_THAT(clients_svg({}, {}, "none"), HasSubstr("0 clients"));
}

} // namespace
} // namespace fedmrn
