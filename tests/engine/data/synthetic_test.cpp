// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#include "engine/data/synthetic.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <numeric>

#include <gtest/gtest.h>

#include "fedmrn/config.hpp"
#include "fedmrn/dataset.hpp"
#include "fedmrn/images.hpp"
#include "support.hpp"
#include "tests/support/columns.hpp"

namespace fedmrn::test {
namespace {

constexpr std::size_t features = 10;
using Point = std::array<double, features>;

Point point(const Split& split, std::size_t sample) {
    Point x{};
    const std::vector<std::uint8_t> pixels = pixels_of(split);
    for (std::size_t j = 0; j < features; ++j) {
        x[j] = (pixels[sample * features + j] / 255.0 - mean_of(split)[j]) / deviation_of(split)[j];
    }
    return x;
}

/// Accuracy on the test split of a logistic regression, fitted to convergence by gradient descent
/// over `extra` more features that the caller computes from a point.
template <class Extra> double fitted_accuracy(const Dataset& data, std::size_t extra, Extra&& add) {
    const std::size_t n = features + extra;
    std::vector<double> w(n + 1);
    const auto expand = [&](const Split& split, std::size_t i) {
        const Point x = point(split, i);
        std::vector<double> z(x.begin(), x.end());
        add(x, z);
        z.push_back(1);
        return z;
    };
    const auto score = [&](const std::vector<double>& z) {
        double sum = 0;
        for (std::size_t j = 0; j <= n; ++j) {
            sum += w[j] * z[j];
        }
        return sum;
    };
    std::vector<std::vector<double>> train;
    for (std::size_t i = 0; i < data.train.samples(); ++i) {
        train.push_back(expand(data.train, i));
    }
    const std::vector<std::uint16_t> labels = labels_of(data.train);
    for (int step = 0; step < 500; ++step) {
        std::vector<double> gradient(n + 1);
        for (std::size_t i = 0; i < train.size(); ++i) {
            const double error = 1 / (1 + std::exp(-score(train[i]))) - labels[i];
            for (std::size_t j = 0; j <= n; ++j) {
                gradient[j] += error * train[i][j];
            }
        }
        for (std::size_t j = 0; j <= n; ++j) {
            w[j] -= gradient[j] / static_cast<double>(train.size());
        }
    }
    std::size_t right = 0;
    for (std::size_t i = 0; i < data.test.samples(); ++i) {
        right += (score(expand(data.test, i)) > 0) == (labels_of(data.test)[i] == 1);
    }
    return static_cast<double>(right) / static_cast<double>(data.test.samples());
}

TEST(Synthetic, Shape) {
    DataConfig config;
    config.name = "synthetic";
    const Dataset data = load_dataset(config, 7);
    EXPECT_EQ(image_shape_of(data), (ImageShape{1, 1, 10}));
    EXPECT_EQ(data.classes(), 2U);
    EXPECT_EQ(data.train.samples(), 1000U);
    EXPECT_EQ(data.test.samples(), 500U);
    EXPECT_EQ(pixels_of(data.train).size(), 10'000U);
    EXPECT_EQ(pixels_of(data.test).size(), 5'000U);
    EXPECT_EQ(mean_of(data.train).size(), 10U);
    EXPECT_EQ(deviation_of(data.test).size(), 10U);
}

TEST(Synthetic, IsAFunctionOfTheSeed) {
    EXPECT_EQ(pixels_of(make_synthetic(7).train), pixels_of(make_synthetic(7).train));
    EXPECT_NE(pixels_of(make_synthetic(7).train), pixels_of(make_synthetic(8).train));
    EXPECT_EQ(fnv(pixels_of(make_synthetic(1).train)), 0x760bfb7ff8d7ebd8);
    EXPECT_EQ(fnv(pixels_of(make_synthetic(1).test)), 0x32cbc8ac1d602fd4);
}

TEST(Synthetic, MoreSamplesOnlyAddToFewer) {
    DataConfig config;
    config.name = "synthetic";
    config["samples"] = 1500;
    const Images few = images_of(make_synthetic(7).train),
                 many = images_of(load_dataset(config, 7).train);
    ASSERT_EQ(many.labels.size(), 1500U);
    EXPECT_TRUE(std::equal(few.pixels.begin(), few.pixels.end(), many.pixels.begin()));
    EXPECT_TRUE(std::equal(few.labels.begin(), few.labels.end(), many.labels.begin()));
    // Five deviations of the mean of 5,000 uniform bytes are 5.2.
    const double sum = std::accumulate(many.pixels.begin() + 10'000, many.pixels.end(), 0.0);
    EXPECT_NEAR(sum / 5000, 127.5, 5.2);
}

TEST(Synthetic, ClassesAreBalanced) {
    // Five deviations of a fair coin thrown 20,000 times are 1.8 %.
    double ones = 0;
    for (std::uint64_t seed = 0; seed < 20; ++seed) {
        for (const std::uint16_t label : labels_of(make_synthetic(seed).train)) {
            ones += label;
        }
    }
    EXPECT_NEAR(ones / 20'000, 0.5, 0.018);
}

TEST(Synthetic, ALineIsNotEnoughButTwoLayersAre) {
    const Dataset data = make_synthetic(1);
    const double linear = fitted_accuracy(data, 0, [](const Point&, std::vector<double>&) {});
    const double hidden = fitted_accuracy(data, 2, [](const Point& x, std::vector<double>& z) {
        const double sum = x[0] + x[1] + x[2];
        z.push_back(std::max(sum, 0.0));
        z.push_back(std::max(-sum, 0.0));
    });
    EXPECT_LT(linear, 0.80);
    EXPECT_GT(linear, 0.60);
    EXPECT_GT(hidden, 0.95);
}

} // namespace
} // namespace fedmrn::test
