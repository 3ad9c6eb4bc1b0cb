// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>

#include "fedmrn/config.hpp"
#include "fedmrn/dataset.hpp"
#include "support.hpp"
#include "tests/support/columns.hpp"

namespace fedmrn::test {
namespace {

using testing::ElementsAre;

DataConfig config(std::uint64_t clients) {
    DataConfig data;
    data.name = "tff-emnist";
    data.partition = "natural";
    data.clients = clients;
    return data;
}

Split labelled(std::vector<std::uint16_t> classes) {
    return {{Column("label", labels(), std::move(classes), {}, 3)}};
}

/// Seven samples of four users.
Dataset dataset(std::vector<std::uint32_t> owners = {2, 0, 0, 3, 1, 0, 2}) {
    Dataset data;
    data.name = "tff-emnist";
    data.train = labelled({0, 1, 2, 0, 1, 2, 0});
    data.test = labelled({});
    data.owners = std::move(owners);
    return data;
}

std::string error(const DataConfig& data, const Dataset& set) {
    return error_of([&] { partition(data, set, 1); });
}

TEST(PartitionNatural, EveryUserIsAClient) {
    const ClientSplit split = partition(config(0), dataset(), 1);
    EXPECT_THAT(split.first, ElementsAre(0, 3, 4, 6, 7));
    EXPECT_THAT(split.order, ElementsAre(1, 2, 5, 4, 0, 6, 3));
}

TEST(PartitionNatural, TheFirstUsers) {
    const ClientSplit split = partition(config(2), dataset(), 1);
    EXPECT_THAT(split.first, ElementsAre(0, 3, 4));
    EXPECT_THAT(split.order, ElementsAre(1, 2, 5, 4));
    EXPECT_EQ(partition(config(4), dataset(), 1).order, partition(config(0), dataset(), 1).order);
}

TEST(PartitionNatural, UsersWithoutSamplesAreLeftOut) {
    const ClientSplit split = partition(config(2), dataset({5, 1, 1, 6, 5, 1, 5}), 1);
    EXPECT_THAT(split.first, ElementsAre(0, 3, 6));
    EXPECT_THAT(split.order, ElementsAre(1, 2, 5, 0, 4, 6));
}

TEST(PartitionNatural, TheSeedDecidesNothing) {
    EXPECT_EQ(partition(config(0), dataset(), 1).order, partition(config(0), dataset(), 9).order);
}

TEST(PartitionNatural, OtherPartitionsPassOwnersBy) {
    DataConfig data = config(2);
    for (const std::string kind : {"iid", "labelcnt"}) {
        data.partition = kind;
        if (kind == "labelcnt") data.partition["fraction"] = 1;
        const Dataset set = dataset();
        const ClientSplit split = partition(data, set, 5);
        EXPECT_EQ(split.order, partition(data, labels_of(set.train), set.classes(), 5).order);
        EXPECT_EQ(split.clients(), 2U);
    }
}

TEST(PartitionNatural, Refuses) {
    EXPECT_EQ(error(config(5), dataset()),
              "[data] clients = 5: tff-emnist has 4 users with training samples, expected at most "
              "as many, or 0 for all of them");
    EXPECT_EQ(error(config(0), dataset({})),
              "[data] partition = \"natural\": tff-emnist does not say whose its samples are, "
              "expected a data set of users (leaf-…, tff-…, or an .npz with train_clients) or "
              "another partition");
    EXPECT_EQ(error(config(0), dataset({1, 0})),
              "tff-emnist: 2 owners of training samples, expected 7, one a sample");
    EXPECT_EQ(error(config(0), dataset({0, 0, 0, 0, 0, 0, 7})),
              "tff-emnist: owner 7 of training sample 6, expected users without gaps, below the 7 "
              "samples");
    Dataset wrong = dataset();
    wrong.train = labelled({0, 1, 3, 0, 1, 2, 0});
    EXPECT_EQ(
        error(config(0), wrong),
        "data set tff-emnist, training samples, column label: 3 in sample 2, expected 0 to 2");
    DataConfig none = config(0);
    none.partition = "iid";
    EXPECT_EQ(error(none, dataset()), "[data] clients = 0: tff-emnist has 7 training samples, "
                                      "expected 1 to 7 clients");
}

} // namespace
} // namespace fedmrn::test
