// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#include "engine/data/cifar.hpp"

#include <gmock/gmock.h>

#include "fedmrn/images.hpp"
#include "set_files.hpp"
#include "tests/support/columns.hpp"

namespace fedmrn::test {
namespace {

using testing::HasSubstr;
using Labels = std::vector<std::uint16_t>;

constexpr std::size_t plane = 1024, image = 3 * plane;

/// A record as published: the label bytes, then the planes of red, green and blue.
Bytes record(Bytes labels, std::size_t salt) {
    Bytes pixels = noise(image + salt);
    labels.insert(labels.end(), pixels.begin() + static_cast<std::ptrdiff_t>(salt), pixels.end());
    return labels;
}

Bytes operator+(Bytes a, const Bytes& b) {
    a.insert(a.end(), b.begin(), b.end());
    return a;
}

class Cifar : public testing::Test, protected SetFiles {
protected:
    void put10() {
        for (std::uint8_t batch = 1; batch <= 5; ++batch) {
            put("data_batch_" + std::to_string(batch) + ".bin",
                record({batch}, batch) + record({9}, 10));
        }
        put("test_batch.bin", record({7}, 6) + record({0}, 7));
    }
    void put100() {
        Bytes train;
        for (std::uint8_t i = 0; i < 5; ++i) {
            train = train + record({19, static_cast<std::uint8_t>(95 + i)}, i);
        }
        put("train.bin", train);
        put("test.bin", record({3, 42}, 8));
    }
};

TEST_F(Cifar, TenIsReadBatchByBatch) {
    put10();
    const Dataset data = load("cifar-10");
    EXPECT_EQ(data.name, "cifar-10");
    EXPECT_EQ(image_shape_of(data), (ImageShape{32, 32, 3}));
    EXPECT_EQ(data.classes(), 10U);
    EXPECT_EQ(labels_of(data.train), (Labels{1, 9, 2, 9, 3, 9, 4, 9, 5, 9}));
    EXPECT_EQ(labels_of(data.test), (Labels{7, 0}));
    ASSERT_EQ(pixels_of(data.train).size(), 10 * image);
    const Bytes planes = record({}, 3); // sample 4 is the first of the third batch
    for (std::size_t p = 0; p < plane; ++p) {
        for (std::size_t c = 0; c < 3; ++c) {
            ASSERT_EQ(pixels_of(data.train)[4 * image + 3 * p + c], planes[c * plane + p]);
        }
    }
    EXPECT_EQ(mean_of(data.test), (std::vector<float>{0.485F, 0.456F, 0.406F}));
    EXPECT_EQ(deviation_of(data.test), (std::vector<float>{0.229F, 0.224F, 0.225F}));
}

TEST_F(Cifar, HundredTakesTheFineLabel) {
    put100();
    const Dataset data = load("cifar-100");
    EXPECT_EQ(data.classes(), 100U);
    EXPECT_EQ(labels_of(data.train), (Labels{95, 96, 97, 98, 99}));
    EXPECT_EQ(labels_of(data.test), (Labels{42}));
    const Bytes planes = record({}, 8);
    EXPECT_EQ(pixels_of(data.test)[1], planes[plane]);
    EXPECT_EQ(pixels_of(data.test)[3], planes[1]);
}

TEST_F(Cifar, TheUnpackedArchiveIsFoundInTheFolder) {
    put100();
    const Folder outer;
    std::filesystem::rename(folder.path(), outer.path() + "/cifar-100-binary");
    EXPECT_EQ(load_cifar100(outer.path()).train.samples(), 5U);
}

TEST_F(Cifar, CutInARecord) {
    put10();
    put("data_batch_4.bin", cut(record({1}, 1) + record({2}, 2), 6145));
    EXPECT_EQ(error("cifar-10"), path + ": 6145 bytes, expected a multiple of 3073 (labels and "
                                        "pixels of a sample): truncated, or not a binary CIFAR "
                                        "file");
    put("data_batch_4.bin", Bytes{});
    EXPECT_THAT(error("cifar-10"), HasSubstr(path + ": 0 bytes"));
}

TEST_F(Cifar, CutBetweenRecords) {
    put10();
    put("data_batch_4.bin", record({1}, 1));
    EXPECT_EQ(error("cifar-10"), path + ": 1 samples, expected 2, as many as in data_batch_1.bin");
    put100();
    put("test.bin", record({3, 42}, 8) + record({3, 42}, 8));
    EXPECT_EQ(error("cifar-100"),
              folder.path() + "/train.bin: 5 samples, expected 10, five times as many as in "
                              "test.bin");
}

TEST_F(Cifar, LabelTooLarge) {
    put10();
    put("test_batch.bin", record({7}, 6) + record({10}, 7));
    EXPECT_EQ(error("cifar-10"), path + ": label 10 of sample 1, expected one below 10");
    put100();
    put("test.bin", record({20, 42}, 8));
    EXPECT_EQ(error("cifar-100"), path + ": coarse label 20 of sample 0, expected one below 20");
    put("test.bin", record({3, 100}, 8));
    EXPECT_EQ(error("cifar-100"), path + ": fine label 100 of sample 0, expected one below 100");
}

TEST_F(Cifar, FilesMissing) {
    EXPECT_THAT(error("cifar-10"),
                HasSubstr("cifar-10: no data_batch_1.bin[.gz] in " + folder.path()));
    put10();
    std::filesystem::remove(path);
    EXPECT_THAT(error("cifar-10"), HasSubstr(folder.path() + ": no test_batch.bin[.gz]"));
}

} // namespace
} // namespace fedmrn::test
