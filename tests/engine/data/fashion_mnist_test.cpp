// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#include "engine/data/fashion_mnist.hpp"

#include <cmath>
#include <cstdlib>

#include <gmock/gmock.h>

#include "engine/data/folder.hpp"
#include "fedmrn/images.hpp"
#include "set_files.hpp"
#include "tests/support/columns.hpp"

namespace fedmrn::test {
namespace {

using testing::AllOf;
using testing::Each;
using testing::HasSubstr;

std::vector<std::size_t> label_counts(const Split& split) {
    std::vector<std::size_t> counts(10);
    for (const std::uint16_t label : labels_of(split)) {
        ++counts.at(label);
    }
    return counts;
}

TEST(FashionMnist, IsTheOriginal) {
    const Dataset data = load_fashion_mnist("/usr/share/datasets/fashion-mnist");
    EXPECT_EQ(data.name, "fashion-mnist");
    EXPECT_EQ(image_shape_of(data), (ImageShape{28, 28, 1}));
    EXPECT_EQ(data.classes(), 10U);
    ASSERT_EQ(data.train.samples(), 60'000U);
    ASSERT_EQ(data.test.samples(), 10'000U);
    EXPECT_THAT(label_counts(data.train), Each(6000));
    EXPECT_THAT(label_counts(data.test), Each(1000));
    EXPECT_EQ(fnv(pixels_of(data.train)), 0x51ac53b882edba04);
    EXPECT_EQ(fnv(pixels_of(data.test)), 0x1b11fc03671b2f71);
    std::vector<std::uint16_t> first = labels_of(data.train);
    first.resize(8);
    EXPECT_EQ(first, (std::vector<std::uint16_t>{9, 0, 0, 3, 0, 2, 7, 2}));
}

TEST(FashionMnist, IsNormalisedByEachSplitsOwnPixels) {
    const Dataset data = load_fashion_mnist("/usr/share/datasets/fashion-mnist");
    for (const Split* split : {&data.train, &data.test}) {
        double sum = 0, squares = 0;
        const std::vector<std::uint8_t> pixels = pixels_of(*split);
        for (const std::uint8_t byte : pixels) {
            sum += byte;
            squares += static_cast<double>(byte) * byte;
        }
        const auto n = static_cast<double>(pixels.size());
        const double mean = sum / n / 255;
        ASSERT_EQ(mean_of(*split).size(), 1U);
        ASSERT_EQ(deviation_of(*split).size(), 1U);
        EXPECT_NEAR(mean_of(*split)[0], mean, 6e-5);
        EXPECT_NEAR(deviation_of(*split)[0], std::sqrt(squares / n / 255 / 255 - mean * mean),
                    6e-5);
    }
}

/// A small set of the four files, some of them gzipped.
class FashionMnistFolder : public testing::Test, protected SetFiles {
protected:
    FashionMnistFolder() {
        put("train-images-idx3-ubyte.gz", gzip(idx(0x803, {3, 28, 28}, noise(3 * 784))));
        put("train-labels-idx1-ubyte", idx(0x801, {3}, {1, 2, 3}));
        put("t10k-images-idx3-ubyte", idx(0x803, {2, 28, 28}, noise(2 * 784)));
        put("t10k-labels-idx1-ubyte.gz", gzip(idx(0x801, {2}, {4, 5})));
    }
    [[nodiscard]] std::string error() const { return SetFiles::error("fashion-mnist"); }
};

TEST_F(FashionMnistFolder, PlainAndGzippedFilesMix) {
    const Dataset data = load("fashion-mnist");
    EXPECT_EQ(labels_of(data.train), (std::vector<std::uint16_t>{1, 2, 3}));
    EXPECT_EQ(pixels_of(data.train), noise(3 * 784));
    EXPECT_EQ(labels_of(data.test), (std::vector<std::uint16_t>{4, 5}));
}

TEST_F(FashionMnistFolder, IsFoundThroughTheEnvironment) {
    const Folder root;
    std::filesystem::rename(folder.path(), root.path() + "/fashion-mnist");
    setenv("FEDMRN_DATA", root.path().c_str(), 1);
    const Dataset data = load_dataset(DataConfig{}, 1);
    unsetenv("FEDMRN_DATA");
    EXPECT_EQ(data.train.samples(), 3U);
}

TEST_F(FashionMnistFolder, CountsDisagree) {
    put("train-labels-idx1-ubyte", idx(0x801, {2}, {1, 2}));
    EXPECT_THAT(error(), AllOf(HasSubstr(path + ": 2 labels, expected 3"),
                               HasSubstr("train-images-idx3-ubyte.gz")));
}

TEST_F(FashionMnistFolder, OtherImageSize) {
    put("t10k-images-idx3-ubyte", idx(0x803, {2, 32, 32}, noise(2 * 1024)));
    EXPECT_EQ(error(), path + ": images of 32 × 32, expected 28 × 28");
}

TEST_F(FashionMnistFolder, OneFileMissing) {
    std::filesystem::remove(folder.path() + "/t10k-labels-idx1-ubyte.gz");
    EXPECT_THAT(error(),
                AllOf(HasSubstr(folder.path()), HasSubstr("no t10k-labels-idx1-ubyte[.gz]"),
                      HasSubstr("dataset-fashion-mnist")));
}

TEST(FashionMnist, NothingThere) {
    const Folder folder;
    const std::string line = error_of([&] { load_fashion_mnist(folder.path()); });
    EXPECT_THAT(line, AllOf(HasSubstr(folder.path()), HasSubstr("dataset-fashion-mnist")));
}

TEST(FashionMnist, UsualPlaces) {
    setenv("FEDMRN_DATA", "/sets", 1);
    const char* before = std::getenv("HOME");
    const std::string home(before == nullptr ? "" : before);
    setenv("HOME", "/home/me", 1);
    const std::vector<std::string> places = usual_places("fashion-mnist");
    setenv("HOME", home.c_str(), 1);
    unsetenv("FEDMRN_DATA");
    EXPECT_EQ(places, (std::vector<std::string>{
                          "/sets/fashion-mnist", "/usr/share/datasets/fashion-mnist",
                          "/home/me/.local/share/fedmrn/fashion-mnist", "data/fashion-mnist"}));
}

TEST(LoadDataset, UnknownName) {
    DataConfig config;
    config.name = "fashion";
    EXPECT_EQ(error_of([&] { load_dataset(config, 1); }),
              "data.name: expected \"fashion-mnist\", \"mnist\", \"emnist-digits\", "
              "\"emnist-letters\", \"emnist-balanced\", \"emnist-byclass\", \"emnist-bymerge\", "
              "\"emnist-mnist\", \"cifar-10\", \"cifar-100\", \"svhn\", \"leaf-femnist\", "
              "\"leaf-shakespeare\", \"tff-emnist\", \"tff-emnist-digits\", \"tff-cifar-100\", "
              "\"npz\" or \"synthetic\", found \"fashion\"");
}

} // namespace
} // namespace fedmrn::test
