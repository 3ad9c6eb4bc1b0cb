// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#include "engine/store/data_hash.hpp"

#include <gmock/gmock.h>

#include "engine/data/synthetic.hpp"
#include "fedmrn/config.hpp"
#include "tests/support/columns.hpp"
#include "tests/support/run_files.hpp"

namespace fedmrn {
namespace {

using testing::HasSubstr;

/// One bit anywhere in what a run sees changes its part of the hash, and that alone.
TEST(DataHash, EveryPartCounts) {
    const Dataset data = make_synthetic(1, 100);
    DataConfig config;
    config.clients = 5;
    const ClientSplit split = partition(config, data, 1);
    const DataHash hash = hash_of(data, split);
    EXPECT_THAT(hash.text(), testing::MatchesRegex("[0-9a-f]{8}-[0-9a-f]{8}-[0-9a-f]{8}"));
    EXPECT_EQ(hash_of(data, split).text(), hash.text());

    const auto training = [&](auto change) {
        Dataset other = data;
        change(other);
        const DataHash now = hash_of(other, split);
        EXPECT_NE(now.training, hash.training);
        EXPECT_EQ(now.partition, hash.partition);
        EXPECT_THAT(error_of([&] { require_same_data(hash.text(), now, "r"); }),
                    HasSubstr("r: cannot resume: the training samples are others"));
    };
    const auto images = [&](auto change) {
        training([&](Dataset& d) {
            Images changed = test::images_of(d.train);
            change(changed);
            d.train = split_of(std::move(changed), {1, 1, 10}, 2);
        });
    };
    images([](Images& d) { d.pixels.back() ^= 1; });
    images([](Images& d) { d.labels.front() ^= 1; });
    images([](Images& d) { d.mean.front() += 1; });
    training([](Dataset& d) {
        std::vector<std::size_t>& shape = d.train.columns[0].tensor.shape;
        std::swap(shape[1], shape[2]);
    });

    Dataset tests = data;
    Images changed = test::images_of(tests.test);
    changed.labels.back() ^= 1;
    tests.test = split_of(std::move(changed), {1, 1, 10}, 2);
    EXPECT_EQ(hash_of(tests, split).training, hash.training);
    EXPECT_THAT(error_of([&] { require_same_data(hash.text(), hash_of(tests, split), "r"); }),
                HasSubstr("the test samples are others"));

    ClientSplit dealt = split;
    std::swap(dealt.order[0], dealt.order[1]);
    EXPECT_EQ(hash_of(data, dealt).test, hash.test);
    EXPECT_THAT(error_of([&] { require_same_data(hash.text(), hash_of(data, dealt), "r"); }),
                HasSubstr("the samples are dealt out otherwise"));
    EXPECT_NO_THROW(require_same_data(hash.text(), hash, "r"));

    DataHash taught = hash, otherwise = hash;
    taught.teacher = "0123456789abcdef";
    otherwise.teacher = "0123456789abcdee";
    EXPECT_NO_THROW(require_same_data(taught.text(), taught, "r"));
    const std::pair<DataHash, DataHash> pairs[] = {
        {taught, otherwise}, {taught, hash}, {hash, taught}};
    for (const auto& [stored, now] : pairs)
        EXPECT_THAT(error_of([&, &s = stored, &n = now] { require_same_data(s.text(), n, "r"); }),
                    HasSubstr("r: cannot resume: the teacher's weights are others"));
}

} // namespace
} // namespace fedmrn
