// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#include "engine/data/formats/idx.hpp"

#include <gmock/gmock.h>

#include "support.hpp"

namespace fedmrn::test {
namespace {

using testing::AllOf;
using testing::HasSubstr;

constexpr std::uint32_t images_magic = 0x803, labels_magic = 0x801;

/// Every test runs on the plain file and on the gzipped one.
class Idx : public testing::TestWithParam<bool> {
protected:
    [[nodiscard]] std::string write(const Bytes& plain) const {
        return folder.write("file", GetParam() ? gzip(plain) : plain);
    }
    [[nodiscard]] std::string images_error(const Bytes& plain) const {
        return error_of([&] { read_idx_images(write(plain)); });
    }
    Folder folder;
};
INSTANTIATE_TEST_SUITE_P(Files, Idx, testing::Bool(),
                         [](const auto& tested) { return tested.param ? "gzipped" : "plain"; });

TEST_P(Idx, ReadsImages) {
    const Bytes pixels = noise(5 * 3 * 2);
    const IdxImages images = read_idx_images(write(idx(images_magic, {5, 3, 2}, pixels)));
    EXPECT_EQ(images.count, 5U);
    EXPECT_EQ(images.height, 3U);
    EXPECT_EQ(images.width, 2U);
    EXPECT_EQ(images.pixels, pixels);
}

TEST_P(Idx, ReadsMoreThanOneBuffer) {
    const Bytes pixels = noise(3'000'000); // beyond the reader's buffer and its first piece
    const IdxImages images = read_idx_images(write(idx(images_magic, {3000, 100, 10}, pixels)));
    EXPECT_EQ(images.pixels, pixels);
}

TEST_P(Idx, ReadsLabels) {
    const std::string path = write(idx(labels_magic, {4}, {0, 9, 3, 9}));
    EXPECT_EQ(read_idx_labels(path, 10), (std::vector<std::uint16_t>{0, 9, 3, 9}));
}

TEST_P(Idx, LabelTooLarge) {
    const std::string path = write(idx(labels_magic, {4}, {0, 9, 10, 9}));
    EXPECT_EQ(error_of([&] { read_idx_labels(path, 10); }),
              path + ": label 10 of sample 2, expected a label below 10");
}

TEST_P(Idx, NotIdx) {
    EXPECT_THAT(
        images_error(idx(0x89504e47, {1, 1, 1}, {0})),
        AllOf(HasSubstr("/file: magic number 0x89504e47"), HasSubstr("expected 0x00000803")));
}

TEST_P(Idx, WrongElementType) {
    EXPECT_THAT(images_error(idx(0x00000d03, {1, 1, 1}, noise(4))),
                AllOf(HasSubstr("element type 0x0d"), HasSubstr("expected 0x08")));
}

TEST_P(Idx, WrongDimensions) {
    EXPECT_THAT(images_error(idx(labels_magic, {4}, noise(4))),
                HasSubstr("1 dimension, expected 3"));
    const std::string path = write(idx(images_magic, {4, 1, 1}, noise(4)));
    EXPECT_THAT(error_of([&] { read_idx_labels(path, 10); }),
                HasSubstr("3 dimensions, expected 1"));
}

TEST_P(Idx, HeaderCutShort) {
    const Bytes whole = idx(images_magic, {2, 2, 2}, {});
    for (std::size_t length = 0; length < whole.size(); ++length) {
        const Bytes cut(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(length));
        EXPECT_THAT(images_error(cut), AllOf(HasSubstr("truncated"), HasSubstr("expected 4")))
            << length;
    }
}

TEST_P(Idx, ElementsMissing) {
    const std::string found = images_error(idx(images_magic, {10, 10, 10}, noise(999)));
    EXPECT_THAT(found, AllOf(HasSubstr("truncated: 999 bytes after the header"),
                             HasSubstr("expected 10 × 10 × 10 = 1000")));
}

TEST_P(Idx, BytesTooMany) {
    EXPECT_THAT(images_error(idx(images_magic, {10, 10, 10}, noise(1001))),
                AllOf(HasSubstr("bytes follow"), HasSubstr("expected 10 × 10 × 10 = 1000")));
}

TEST_P(Idx, ZeroCount) {
    EXPECT_THAT(images_error(idx(images_magic, {0, 28, 28}, {})),
                HasSubstr("dimensions 0, expected none to be 0"));
}

TEST_P(Idx, ImpossibleCount) {
    // The first overflows 64 bits; the last is only just more than deflate could make of 150 bytes.
    using Dimensions = std::vector<std::uint32_t>;
    for (const Dimensions& dimensions : {Dimensions{~0U, ~0U, ~0U}, {1, ~0U, ~0U}, {1, 400, 500}}) {
        EXPECT_THAT(images_error(idx(images_magic, dimensions, noise(100))),
                    HasSubstr("impossible count"));
    }
}

TEST(IdxGzip, CutAnywhere) {
    const Folder folder;
    const Bytes whole = gzip(idx(labels_magic, {200}, Bytes(200, 7)));
    for (std::size_t length = 2; length < whole.size(); ++length) {
        const Bytes cut(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(length));
        const std::string path = folder.write("cut.gz", cut);
        EXPECT_THAT(error_of([&] { read_idx_labels(path, 10); }),
                    AllOf(HasSubstr(path), HasSubstr("truncated")))
            << length;
    }
}

TEST(IdxGzip, AnyBitBroken) {
    // A few bits mean nothing (time stamp, padding); the others must all be noticed.
    const Folder folder;
    const Bytes labels = noise(200), whole = gzip(idx(labels_magic, {200}, labels));
    const std::vector<std::uint16_t> original(labels.begin(), labels.end());
    std::size_t unnoticed = 0;
    for (std::size_t bit = 0; bit < 8 * whole.size(); ++bit) {
        Bytes broken = whole;
        broken[bit / 8] ^= static_cast<std::uint8_t>(1 << bit % 8);
        const std::string path = folder.write("broken.gz", broken);
        const std::string line = error_of([&] {
            EXPECT_EQ(read_idx_labels(path, 256), original) << "bit " << bit;
            ++unnoticed;
        });
        EXPECT_TRUE(line.empty() || line.starts_with(path)) << line;
    }
    EXPECT_LE(unnoticed, 8U * 7);
}

TEST(IdxGzip, WrongChecksum) {
    const Folder folder;
    Bytes whole = gzip(idx(labels_magic, {200}, Bytes(200, 7)));
    whole[whole.size() - 8] ^= 1;
    const std::string path = folder.write("broken.gz", whole);
    EXPECT_EQ(error_of([&] { read_idx_labels(path, 10); }),
              path + ": corrupt gzip stream: incorrect data check");
}

/// As `gzip -t` takes them: members one after another, an empty one among them, zeros at the end.
TEST(IdxGzip, MembersAndTrailingZeros) {
    const Folder folder;
    const Bytes plain = idx(labels_magic, {5}, {1, 2, 3, 4, 5});
    for (std::size_t cut = 0; cut <= plain.size(); ++cut) {
        const auto at = plain.begin() + static_cast<std::ptrdiff_t>(cut);
        Bytes whole;
        for (const Bytes& part : {gzip(Bytes(plain.begin(), at)), gzip({}),
                                  gzip(Bytes(at, plain.end())), Bytes(cut * 100, 0)}) {
            whole.insert(whole.end(), part.begin(), part.end());
        }
        const std::string path = folder.write("members.gz", whole);
        EXPECT_EQ(read_idx_labels(path, 10), (std::vector<std::uint16_t>{1, 2, 3, 4, 5})) << cut;
        whole.resize(gzip(Bytes(plain.begin(), at)).size() + 5); // within the second member
        EXPECT_THAT(error_of([&] { read_idx_labels(folder.write("cut.gz", whole), 10); }),
                    HasSubstr("cut.gz: "));
    }
}

TEST(IdxGzip, OtherBytesAfterTheStream) {
    const Folder folder;
    const Bytes whole = gzip(idx(labels_magic, {3}, {1, 2, 3}));
    for (const Bytes& more : {Bytes{7}, Bytes{0, 7}, Bytes{0, 0, 0x1f, 0x8b}}) {
        Bytes longer = whole;
        longer.insert(longer.end(), more.begin(), more.end());
        const std::string path = folder.write("long.gz", longer);
        EXPECT_THAT(error_of([&] { read_idx_labels(path, 10); }),
                    HasSubstr("bytes follow the gzip"));
    }
}

TEST(IdxFile, NotThereOrNoFile) {
    const Folder folder;
    EXPECT_THAT(error_of([&] { read_idx_images(folder.path() + "/none"); }),
                AllOf(HasSubstr("/none: cannot be opened"), HasSubstr("No such file")));
    EXPECT_THAT(error_of([&] { read_idx_images(folder.path()); }), HasSubstr("is a folder"));
}

} // namespace
} // namespace fedmrn::test
