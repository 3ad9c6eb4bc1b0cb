// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#include "fedmrn/config.hpp"
#include "fedmrn/dataset.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <set>

#include <gmock/gmock.h>

#include "support.hpp"

namespace fedmrn::test {
namespace {

using testing::AllOf;
using testing::HasSubstr;

/// Labels in turn: 0, 1, …, classes − 1, 0, 1, …
std::vector<std::uint16_t> even_labels(std::size_t samples, std::uint32_t classes) {
    std::vector<std::uint16_t> labels(samples);
    for (std::size_t i = 0; i < samples; ++i) {
        labels[i] = static_cast<std::uint16_t>(i % classes);
    }
    return labels;
}

DataConfig config(const std::string& kind, std::uint64_t clients, double parameter = 0) {
    DataConfig data;
    data.partition = kind;
    if (kind == "labeldir") data.partition["beta"] = parameter;
    if (kind == "labelcnt") data.partition["fraction"] = parameter;
    data.clients = clients;
    return data;
}

std::span<const std::uint32_t> held(const ClientSplit& split, std::size_t client) {
    return std::span(split.order).subspan(split.first[client], split.samples(client));
}

std::vector<std::uint64_t> class_counts(const ClientSplit& split, std::size_t client,
                                        const std::vector<std::uint16_t>& labels,
                                        std::uint32_t classes) {
    std::vector<std::uint64_t> counts(classes);
    for (const std::uint32_t sample : held(split, client)) {
        ++counts[labels[sample]];
    }
    return counts;
}

/// Offsets are sound and no sample is given twice; returns how many are given.
std::size_t expect_sound(const ClientSplit& split, std::uint64_t clients, std::size_t samples) {
    EXPECT_EQ(split.clients(), clients);
    EXPECT_EQ(split.first.front(), 0U);
    EXPECT_EQ(split.first.back(), split.order.size());
    EXPECT_TRUE(std::is_sorted(split.first.begin(), split.first.end()));
    std::vector<bool> given(samples);
    for (const std::uint32_t sample : split.order) {
        EXPECT_LT(sample, samples);
        EXPECT_FALSE(given.at(sample)) << "sample " << sample << " twice";
        given.at(sample) = true;
    }
    return split.order.size();
}

std::uint64_t hash(const ClientSplit& split) {
    Bytes bytes;
    const auto append = [&](std::uint64_t value) {
        for (int shift = 0; shift < 64; shift += 8) {
            bytes.push_back(static_cast<std::uint8_t>(value >> shift));
        }
    };
    std::for_each(split.first.begin(), split.first.end(), append);
    std::for_each(split.order.begin(), split.order.end(), append);
    return fnv(bytes);
}

TEST(PartitionIid, IsAPermutationInEqualParts) {
    for (const std::uint64_t clients : {1, 7, 100, 999, 1000}) {
        const ClientSplit split = partition(config("iid", clients), even_labels(1000, 10), 10, 3);
        EXPECT_EQ(expect_sound(split, clients, 1000), 1000U);
        std::set<std::uint64_t> sizes;
        for (std::size_t k = 0; k < clients; ++k) {
            sizes.insert(split.samples(k));
        }
        EXPECT_LE(*sizes.rbegin() - *sizes.begin(), 1U) << clients;
    }
}

TEST(PartitionIid, EveryPlaceIsEquallyLikely) {
    // Sample 0 of 8 over 8,000 seeds: χ² with 7 degrees of freedom exceeds 29.9 once in 10,000.
    std::vector<double> places(8);
    const std::vector<std::uint16_t> labels(8, 0);
    for (std::uint64_t seed = 0; seed < 8000; ++seed) {
        const ClientSplit split = partition(config("iid", 8), labels, 1, seed);
        const auto at = std::find(split.order.begin(), split.order.end(), 0U);
        ++places[static_cast<std::size_t>(at - split.order.begin())];
    }
    double chi_square = 0;
    for (const double n : places) {
        chi_square += (n - 1000) * (n - 1000) / 1000;
    }
    EXPECT_LT(chi_square, 29.9);
}

TEST(PartitionIid, AMillionClients) {
    const std::vector<std::uint16_t> labels(2'500'000, 0);
    const ClientSplit split = partition(config("iid", 1'000'000), labels, 1, 1);
    ASSERT_EQ(split.clients(), 1'000'000U);
    std::uint64_t least = 99, most = 0;
    for (std::size_t k = 0; k < split.clients(); ++k) {
        least = std::min(least, split.samples(k));
        most = std::max(most, split.samples(k));
    }
    EXPECT_EQ(least, 2U);
    EXPECT_EQ(most, 3U);
}

TEST(PartitionLabelDir, EverySampleIsHeldAndEveryClientHasTen) {
    const std::vector<std::uint16_t> labels = even_labels(6000, 10);
    for (std::uint64_t seed = 0; seed < 20; ++seed) {
        const ClientSplit split = partition(config("labeldir", 100, 0.3), labels, 10, seed);
        EXPECT_EQ(expect_sound(split, 100, labels.size()), labels.size());
        for (std::size_t k = 0; k < 100; ++k) {
            EXPECT_GE(split.samples(k), 10U);
        }
    }
}

TEST(PartitionLabelDir, AClientAboveItsFairShareGetsNoFurtherClass) {
    const std::vector<std::uint16_t> labels = even_labels(60'000, 10);
    const ClientSplit split = partition(config("labeldir", 100, 0.3), labels, 10, 5);
    std::size_t stopped = 0;
    for (std::size_t k = 0; k < 100; ++k) {
        std::uint64_t before = 0;
        for (const std::uint64_t count : class_counts(split, k, labels, 10)) {
            if (before > 600) {
                EXPECT_EQ(count, 0U) << "client " << k << " held " << before;
                ++stopped;
            }
            before += count;
        }
    }
    EXPECT_GT(stopped, 20U); // the rule was put to the test
}

/// Mean over the clients of Σ_c (share of class c)², from 1 / classes (even) to 1 (one label each).
double skew(double beta, std::uint64_t seed) {
    const std::vector<std::uint16_t> labels = even_labels(20'000, 10);
    const ClientSplit split = partition(config("labeldir", 20, beta), labels, 10, seed);
    double sum = 0;
    for (std::size_t k = 0; k < 20; ++k) {
        for (const std::uint64_t count : class_counts(split, k, labels, 10)) {
            const double share = static_cast<double>(count) / static_cast<double>(split.samples(k));
            sum += share * share / 20;
        }
    }
    return sum;
}

TEST(PartitionLabelDir, SmallerBetaIsMoreSkewed) {
    for (std::uint64_t seed = 0; seed < 10; ++seed) {
        EXPECT_GT(skew(0.1, seed), skew(1, seed) + 0.1) << seed;
        EXPECT_GT(skew(1, seed), skew(100, seed) + 0.05) << seed;
        EXPECT_NEAR(skew(1e6, seed), 0.1, 0.001) << seed;
    }
}

TEST(PartitionLabelDir, SharesHaveTheDirichletVariance) {
    // Two clients, one class: a share is Beta(β, β), mean 1/2, variance 1 / (4 (2β + 1)). Redrawing
    // under ten samples of 100,000 is rare at these β, the fair share rule has nothing to act on.
    const std::vector<std::uint16_t> labels(100'000, 0);
    for (const double beta : {0.5, 2.0}) {
        constexpr int draws = 1000;
        double sum = 0, squares = 0;
        for (std::uint64_t seed = 0; seed < draws; ++seed) {
            const ClientSplit split = partition(config("labeldir", 2, beta), labels, 1, seed);
            const double share = static_cast<double>(split.samples(0)) / 100'000;
            sum += share;
            squares += share * share;
        }
        const double mean = sum / draws, variance = squares / draws - mean * mean;
        const double expected = 1 / (4 * (2 * beta + 1));
        EXPECT_NEAR(mean, 0.5, 5 * std::sqrt(expected / draws)) << beta;
        EXPECT_NEAR(variance, expected, 0.15 * expected) << beta;
    }
}

TEST(PartitionLabelCnt, EveryClientHoldsExactlySoManyLabels) {
    const std::vector<std::uint16_t> labels = even_labels(60'000, 10);
    for (const auto& [fraction, expected] :
         {std::pair{0.1, 1}, {0.3, 3}, {0.39, 3}, {0.7, 7}, {1.0, 10}}) {
        const ClientSplit split = partition(config("labelcnt", 100, fraction), labels, 10, 9);
        EXPECT_EQ(expect_sound(split, 100, labels.size()), labels.size());
        std::vector<int> holders(10);
        for (std::size_t k = 0; k < 100; ++k) {
            int different = 0;
            for (std::size_t c = 0;
                 const std::uint64_t count : class_counts(split, k, labels, 10)) {
                different += count > 0;
                holders[c++] += count > 0;
            }
            EXPECT_EQ(different, expected) << "fraction " << fraction << ", client " << k;
        }
        for (const int n : holders) {
            EXPECT_EQ(n, 10 * expected) << fraction;
        }
    }
}

TEST(PartitionLabelCnt, FloorIsOfTheDecimalNumber) {
    const std::vector<std::uint16_t> labels = even_labels(10'000, 100);
    const ClientSplit split = partition(config("labelcnt", 10, 0.29), labels, 100, 1);
    const std::vector<std::uint64_t> counts = class_counts(split, 0, labels, 100);
    EXPECT_EQ(std::count(counts.begin(), counts.end(), 0U), 71);
}

TEST(PartitionLabelCnt, LabelsAndSamplesAreSpreadEvenly) {
    // 7 clients × 3 labels over 10 classes: every class has two or three holders, in equal parts.
    const std::vector<std::uint16_t> labels = even_labels(1000, 10);
    for (std::uint64_t seed = 0; seed < 20; ++seed) {
        const ClientSplit split = partition(config("labelcnt", 7, 0.3), labels, 10, seed);
        EXPECT_EQ(expect_sound(split, 7, 1000), 1000U);
        for (std::uint32_t c = 0; c < 10; ++c) {
            std::multiset<std::uint64_t> parts;
            for (std::size_t k = 0; k < 7; ++k) {
                if (const auto n = class_counts(split, k, labels, 10)[c]; n > 0) parts.insert(n);
            }
            EXPECT_TRUE(parts.size() == 2 || parts.size() == 3) << parts.size();
            EXPECT_LE(*parts.rbegin() - *parts.begin(), 1U);
        }
    }
}

TEST(PartitionLabelCnt, LabelsThatNobodyHoldsStayUnused) {
    const std::vector<std::uint16_t> labels = even_labels(1000, 10);
    const ClientSplit split = partition(config("labelcnt", 2, 0.3), labels, 10, 1);
    EXPECT_EQ(expect_sound(split, 2, 1000), 600U);
}

class AnyPartition
    : public testing::TestWithParam<std::tuple<const char*, double, unsigned long long>> {
protected:
    [[nodiscard]] static ClientSplit make(std::uint64_t seed) {
        const auto& [kind, parameter, golden] = GetParam();
        return partition(config(kind, 50, parameter), even_labels(10'007, 10), 10, seed);
    }
};
// Hashes agreed with a second implementation, written in Python from the same description.
INSTANTIATE_TEST_SUITE_P(Kinds, AnyPartition,
                         testing::Values(std::tuple{"iid", 0.0, 0x5f413239e3a7d0bdULL},
                                         std::tuple{"labeldir", 0.3, 0x569ca6a8c9d69b52ULL},
                                         std::tuple{"labelcnt", 0.3, 0x39768e5e91d19983ULL}));

TEST_P(AnyPartition, IsAFunctionOfTheSeed) {
    EXPECT_EQ(make(1).order, make(1).order);
    EXPECT_EQ(make(1).first, make(1).first);
    EXPECT_NE(make(1).order, make(2).order);
    EXPECT_NE(make(1).order, make(1ULL << 32 | 1).order);
    EXPECT_EQ(hash(make(1)), std::get<2>(GetParam()));
}

TEST_P(AnyPartition, SpreadsSamplesOverTheFileNotInRuns) {
    // Neighbours in a client's list lie some thousand samples apart, not next to each other.
    const ClientSplit split = make(1);
    double distance = 0;
    for (std::size_t i = 1; i < split.order.size(); ++i) {
        distance += std::abs(static_cast<double>(split.order[i]) - split.order[i - 1]);
    }
    EXPECT_NEAR(distance / 10'006, 10'007 / 3.0, 200);
}

TEST_P(AnyPartition, MoreClientsThanSamples) {
    DataConfig data = config(std::get<0>(GetParam()), 11, 0.3);
    EXPECT_EQ(
        error_of([&] { partition(data, even_labels(10, 2), 2, 1); }),
        "[data] clients = 11: fashion-mnist has 10 training samples, expected 1 to 10 clients");
    data.clients = 0;
    EXPECT_THAT(error_of([&] { partition(data, even_labels(10, 2), 2, 1); }),
                HasSubstr("clients = 0"));
}

TEST_P(AnyPartition, LabelOutOfRange) {
    const DataConfig data = config(std::get<0>(GetParam()), 1, 1);
    EXPECT_EQ(error_of([&] { partition(data, even_labels(10, 3), 2, 1); }),
              "data set fashion-mnist, training samples, column label: 2 in sample 2, expected 0 "
              "to 1");
}

std::string refusal(const std::string& kind, std::uint64_t clients, double parameter) {
    return error_of(
        [&] { partition(config(kind, clients, parameter), even_labels(1000, 10), 10, 1); });
}

TEST(PartitionLabelDir, RefusesWhatCannotBeMet) {
    for (const double beta : {0.0, -1.0, 1e-7, 1e7, std::numeric_limits<double>::infinity(),
                              std::numeric_limits<double>::quiet_NaN()}) {
        EXPECT_THAT(refusal("labeldir", 10, beta),
                    HasSubstr("data.partition = labeldir: beta: expected a number in"));
    }
    EXPECT_THAT(refusal("labeldir", 101, 0.3),
                AllOf(HasSubstr("clients = 101"), HasSubstr("at most 100 clients")));
    EXPECT_THAT(refusal("labeldir", 90, 0.01),
                AllOf(HasSubstr("beta = 0.01"), HasSubstr("1000 draws"),
                      HasSubstr("fewer than 10 samples")));
}

TEST(PartitionLabelCnt, RefusesWhatCannotBeMet) {
    for (const double fraction : {0.0, -0.3, 1.01, std::numeric_limits<double>::quiet_NaN()}) {
        EXPECT_THAT(refusal("labelcnt", 10, fraction),
                    HasSubstr("data.partition = labelcnt: fraction: expected a number in"));
    }
    EXPECT_THAT(refusal("labelcnt", 10, 0.09), HasSubstr("0 of 10 labels"));
    EXPECT_THAT(refusal("labelcnt", 400, 0.3),
                AllOf(HasSubstr("clients = 400"), HasSubstr("at most 333 clients")));
    std::vector<std::uint16_t> scarce(1000, 0);
    std::fill_n(scarce.begin(), 4, std::uint16_t{1});
    EXPECT_THAT(error_of([&] { partition(config("labelcnt", 10, 0.5), scarce, 2, 1); }),
                HasSubstr("class 1 has 4 samples for 5 clients"));
}

/// A share of each client's samples is set aside, to the nearest number, at random, and nobody's
/// last one; the others keep their order, and nothing is lost.
TEST(Validation, SetsAShareOfEachClientAside) {
    const auto labels = even_labels(1000, 10);
    DataConfig data = config("labeldir", 20, 0.5);
    const ClientSplit whole = partition(data, labels, 10, 1);
    EXPECT_TRUE(whole.validation.empty());
    data.validation = 0.2;
    const ClientSplit split = partition(data, labels, 10, 1);
    const ClientSplit again = partition(data, labels, 10, 1);
    EXPECT_EQ(split.order, again.order);
    EXPECT_EQ(split.validation, again.validation);
    EXPECT_NE(split.validation, partition(data, labels, 10, 2).validation);
    ASSERT_EQ(split.clients(), whole.clients());
    auto next = split.validation.begin();
    bool all_first = true;
    for (std::size_t k = 0; k < split.clients(); ++k) {
        const auto own = held(whole, k), kept = held(split, k);
        const auto aside =
            static_cast<std::size_t>(std::floor(0.2 * static_cast<double>(own.size()) + 0.5));
        ASSERT_EQ(kept.size(), own.size() - aside);
        std::vector<std::uint32_t> left;
        for (std::size_t i = 0; i < own.size(); ++i) {
            if (next != split.validation.end() && *next == own[i]) {
                ++next;
                all_first = all_first && i < aside;
            } else {
                left.push_back(own[i]);
            }
        }
        EXPECT_TRUE(std::equal(left.begin(), left.end(), kept.begin(), kept.end())) << k;
    }
    EXPECT_EQ(next, split.validation.end());
    EXPECT_FALSE(all_first);
}

TEST(Validation, LeavesEveryClientASample) {
    DataConfig data = config("iid", 700);
    data.validation = 0.5;
    const ClientSplit split = partition(data, even_labels(1000, 10), 10, 1); // of 1 or 2 samples
    for (std::size_t k = 0; k < split.clients(); ++k) EXPECT_EQ(split.samples(k), 1U) << k;
    EXPECT_EQ(split.validation.size(), 300U);
    data.clients = 1000;
    EXPECT_EQ(error_of([&] { partition(data, even_labels(1000, 10), 10, 1); }),
              "data.validation = 0.5: no client has a sample to set aside, expected a larger share "
              "or fewer clients");
}

} // namespace
} // namespace fedmrn::test
