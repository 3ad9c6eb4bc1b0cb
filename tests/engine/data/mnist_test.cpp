// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#include "engine/data/mnist.hpp"

#include <cmath>

#include <gmock/gmock.h>

#include "engine/data/normalise.hpp"
#include "fedmrn/images.hpp"
#include "set_files.hpp"
#include "tests/support/columns.hpp"

namespace fedmrn::test {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using Labels = std::vector<std::uint16_t>;

constexpr std::size_t image = std::size_t{28} * 28;

/// The four files of a set: three training samples and two for testing.
struct Files : SetFiles {
    Files(const std::string& train, const std::string& test, const Bytes& train_labels,
          const Bytes& test_labels) {
        const auto count = [](const Bytes& labels) {
            return static_cast<std::uint32_t>(labels.size());
        };
        put(train + "-images-idx3-ubyte.gz", gzip(idx(0x803, {3, 28, 28}, noise(3 * image))));
        put(train + "-labels-idx1-ubyte", idx(0x801, {count(train_labels)}, train_labels));
        put(test + "-images-idx3-ubyte", idx(0x803, {2, 28, 28}, noise(2 * image)));
        put(test + "-labels-idx1-ubyte.gz", gzip(idx(0x801, {count(test_labels)}, test_labels)));
    }
};

TEST(Mnist, ReadsTheFourFiles) {
    const Files files("train", "t10k", {5, 0, 4}, {7, 2});
    const Dataset data = files.load("mnist");
    EXPECT_EQ(data.name, "mnist");
    EXPECT_EQ(image_shape_of(data), (ImageShape{28, 28, 1}));
    EXPECT_EQ(data.classes(), 10U);
    EXPECT_EQ(labels_of(data.train), (Labels{5, 0, 4}));
    EXPECT_EQ(pixels_of(data.train), noise(3 * image));
    EXPECT_EQ(labels_of(data.test), (Labels{7, 2}));
    EXPECT_EQ(pixels_of(data.test), noise(2 * image));
}

TEST(Mnist, MalformedFilesAreNamed) {
    Files files("train", "t10k", {5, 0, 4}, {7, 2});
    const std::string name = "t10k-images-idx3-ubyte";
    files.put(name, idx(0x803, {2, 28, 28}, noise(2 * image - 1)));
    EXPECT_EQ(files.error("mnist"),
              files.path + ": truncated: 1567 bytes after the header, expected 2 × 28 × 28 = 1568");
    files.put(name, idx(0x802, {2, 784}, noise(2 * image)));
    EXPECT_EQ(files.error("mnist"), files.path + ": 2 dimensions, expected 3");
    files.put(name, idx(0x803, {1, 28, 28}, noise(image)));
    EXPECT_THAT(files.error("mnist"),
                HasSubstr("2 labels, expected 1, one an image of " + files.path));
}

TEST(Mnist, NothingThere) {
    const Folder folder;
    EXPECT_EQ(error_of([&] { load_mnist(folder.path()); }),
              "mnist: no train-images-idx3-ubyte[.gz] in " + folder.path() +
                  "; expected the files of the MNIST distribution (yann.lecun.com/exdb/mnist) or "
                  "another [data] path");
}

TEST(Emnist, EveryPartHasItsNamesAndClasses) {
    const std::pair<const char*, std::uint32_t> parts[] = {
        {"emnist-digits", 10},  {"emnist-balanced", 47}, {"emnist-byclass", 62},
        {"emnist-bymerge", 47}, {"emnist-mnist", 10},
    };
    for (const auto& [name, classes] : parts) {
        const auto last = static_cast<std::uint8_t>(classes - 1);
        const std::string prefix = name;
        Files files(prefix + "-train", prefix + "-test", {0, last, 1}, {last, 0});
        const Dataset data = files.load(name);
        EXPECT_EQ(data.name, name);
        EXPECT_EQ(data.classes(), classes);
        EXPECT_EQ(labels_of(data.train), (Labels{0, last, 1}));
        files.put(prefix + "-test-labels-idx1-ubyte.gz",
                  idx(0x801, {2}, {0, static_cast<std::uint8_t>(classes)}));
        EXPECT_THAT(files.error(name), HasSubstr(": label " + std::to_string(classes) +
                                                 " of sample 1, expected a label below"));
    }
}

TEST(Emnist, ImagesStandUpright) {
    const Files files("emnist-digits-train", "emnist-digits-test", {5, 0, 4}, {7, 2});
    const Bytes published = noise(3 * image);
    const Bytes pixels = pixels_of(files.load("emnist-digits").train);
    for (std::size_t i = 0; i < 3; ++i) {
        for (std::size_t y = 0; y < 28; ++y) {
            for (std::size_t x = 0; x < 28; ++x) {
                ASSERT_EQ(pixels[i * image + y * 28 + x], published[i * image + x * 28 + y]);
            }
        }
    }
}

TEST(Emnist, LettersAreLabelledFromOne) {
    Files files("emnist-letters-train", "emnist-letters-test", {1, 26, 2}, {25, 1});
    const Dataset data = files.load("emnist-letters");
    EXPECT_EQ(data.classes(), 26U);
    EXPECT_EQ(labels_of(data.train), (Labels{0, 25, 1}));
    EXPECT_EQ(labels_of(data.test), (Labels{24, 0}));
    for (const std::uint8_t wrong : Bytes{0, 27}) {
        files.put("emnist-letters-train-labels-idx1-ubyte", idx(0x801, {3}, {1, 2, wrong}));
        EXPECT_EQ(files.error("emnist-letters"), files.path + ": label " + std::to_string(wrong) +
                                                     " of sample 2, expected a label in 1 … 26");
    }
}

TEST(Normalise, OwnPixelsAChannel) {
    Images split;
    split.pixels = {0, 51, 7, 255, 102, 7}; // two pixels of three channels
    normalise_by_own_pixels(split, 3);
    EXPECT_EQ(split.mean, (std::vector<float>{0.5F, 0.3F, 7.0F / 255}));
    EXPECT_EQ(split.deviation, (std::vector<float>{0.5F, 0.1F, 1.0F}));
}

TEST(Normalise, OneByteThatDiffersCounts) {
    Images split;
    split.pixels.assign(1'000'000, 255);
    split.pixels[3] = 254;
    normalise_by_own_pixels(split, 1);
    EXPECT_NEAR(split.deviation[0], 0.001 / 255, 1e-8);
}

} // namespace
} // namespace fedmrn::test
