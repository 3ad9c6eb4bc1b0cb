// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "kernels/activation.hpp"
#include "kernels/batchnorm.hpp"
#include "kernels/convolution.hpp"
#include "kernels/distil.hpp"
#include "kernels/embedding.hpp"
#include "kernels/linear.hpp"
#include "kernels/loss.hpp"
#include "kernels/pooling.hpp"
#include "tests/support/compare.hpp"
#include "tests/support/lane_states.hpp"
#include "tests/support/on_device.hpp"
#include "tests/support/random_values.hpp"

namespace fedmrn::test {
namespace {

/// As lanes_test.cpp, for the layers: lane 1 idles, lane 2's batch is short.
constexpr std::size_t lanes = 3;

class LayerLanes : public OnDevice {
protected:
    LayerLanes() : states(lanes_of(device, {4, 0, 3})) {}

    /// `each` random values a lane.
    Buffer<float> input(std::size_t each) { return {device, random.values(lanes * each)}; }

    /// Runs body(first lane, lanes, outputs) for all lanes at once and for one after another.
    /// sizes: of each output, a lane. An output's lane begins at out[i] + lane · sizes[i].
    template <class Body>
    void expect_equal(const std::vector<std::size_t>& sizes, const Body& body) {
        std::vector<Buffer<float>> together, apart;
        std::vector<DevicePointer<float>> pointers;
        for (const std::size_t size : sizes) {
            together.push_back(untouched_floats(device, lanes * size));
            apart.push_back(untouched_floats(device, lanes * size));
            pointers.push_back(together.back().data());
        }
        body(0, lanes, pointers);
        for (std::size_t lane = 0; lane < lanes; ++lane) {
            for (std::size_t i = 0; i < sizes.size(); ++i) {
                pointers[i] = apart[i].data() + lane * sizes[i];
            }
            body(lane, 1, pointers);
        }
        for (std::size_t i = 0; i < sizes.size(); ++i) {
            const auto all = together[i].read();
            EXPECT_TRUE(same_bits(all, apart[i].read())) << "output " << i;
            EXPECT_NE(all[0], untouched) << "output " << i;
            EXPECT_NE(all[2 * sizes[i]], untouched) << "output " << i;
            for (std::size_t k = 0; k < sizes[i]; ++k) ASSERT_EQ(all[sizes[i] + k], untouched);
        }
    }

    Buffer<LaneState> states;
    RandomValues random{1};
};
INSTANTIATE_TEST_SUITE_P(On, LayerLanes, ::testing::ValuesIn(kinds_under_test()), kind_name);

TEST_P(LayerLanes, Convolution) {
    for (kernels::ConvolutionShape s :
         {kernels::ConvolutionShape{.batch = 4, .height = 6, .width = 5, .in = 3, .out = 8},
          kernels::ConvolutionShape{.batch = 4, .height = 9, .width = 7, .in = 16, .out = 32}}) {
        const std::size_t pixels = s.batch * s.height * s.width;
        const std::size_t x_size = pixels * s.in, y_size = pixels * s.out, w_size = s.weights() + 7;
        const auto x = input(x_size), w = input(w_size), dy = input(y_size);
        expect_equal({y_size, x_size, w_size}, [&](std::size_t first, std::size_t count,
                                                   const std::vector<DevicePointer<float>>& out) {
            s.lanes = count;
            DevicePointer<const LaneState> at = states.data() + first;
            const DevicePointer<const float> images = x.data() + first * x_size,
                                             gradient = dy.data() + first * y_size;
            const PerLane<const float> weights{w.data() + first * w_size, w_size};
            kernels::convolution_forward(device, s, at, images, weights, out[0]);
            kernels::convolution_backward_data(device, s, at, gradient, weights, out[1]);
            kernels::convolution_backward_weights(device, s, at, images, gradient,
                                                  {out[2], w_size});
        });
    }
}

TEST_P(LayerLanes, Linear) {
    kernels::LinearShape s{1, 4, 19, 7};
    const std::size_t x_size = 4 * 19, y_size = 4 * 7, w_size = 19 * 7 + 5;
    const auto x = input(x_size), w = input(w_size), b = input(7), dy = input(y_size);
    expect_equal({y_size, x_size, w_size, 7}, [&](std::size_t first, std::size_t count,
                                                  const std::vector<DevicePointer<float>>& out) {
        s.lanes = count;
        DevicePointer<const LaneState> at = states.data() + first;
        const PerLane<const float> weights{w.data() + first * w_size, w_size};
        kernels::linear_forward(device, s, at, x.data() + first * x_size, weights,
                                {b.data() + first * 7, 7}, out[0]);
        kernels::linear_backward_data(device, s, at, dy.data() + first * y_size, weights, out[1]);
        kernels::linear_backward_weights(device, s, at, x.data() + first * x_size,
                                         dy.data() + first * y_size, {out[2], w_size}, {out[3], 7});
    });
}

TEST_P(LayerLanes, Relu) {
    const auto x = input(4 * 11), dy = input(4 * 11);
    expect_equal({4 * 11, 4 * 11}, [&](std::size_t first, std::size_t count,
                                       const std::vector<DevicePointer<float>>& out) {
        DevicePointer<const LaneState> at = states.data() + first;
        kernels::relu_forward(device, count, 4, 11, at, x.data() + first * 44, out[0]);
        kernels::relu_backward(device, count, 4, 11, at, out[0], dy.data() + first * 44, out[1]);
    });
}

TEST_P(LayerLanes, Batchnorm) {
    constexpr std::size_t c = 9, in = 4 * 5 * 6 * c, out_size = 4 * 2 * 3 * c;
    kernels::BatchnormShape s{
        .batch = 4, .height = 5, .width = 6, .channels = c, .relu = true, .pool = 2};
    const auto x = input(in), dy = input(out_size), gamma = input(c), beta = input(c);
    Buffer<std::uint8_t> chosen(device, lanes * out_size);
    // Outputs: y, running mean and variance, mean, inverse; dx, dγ, dβ; y of inference.
    expect_equal({out_size, c, c, c, c, in, c, c, out_size}, [&](std::size_t first,
                                                                 std::size_t count,
                                                                 const std::vector<
                                                                     DevicePointer<float>>& out) {
        s.lanes = count;
        DevicePointer<const LaneState> at = states.data() + first;
        const kernels::BatchnormParameters p{{gamma.data() + first * c, c},
                                             {beta.data() + first * c, c}};
        DevicePointer<const float> images = x.data() + first * in;
        DevicePointer<std::uint8_t> which = chosen.data() + first * out_size;
        kernels::batchnorm_forward(device, s, at, images, p, {out[1], c}, {out[2], c}, {out[3], c},
                                   {out[4], c}, out[0], which);
        kernels::batchnorm_backward(device, s, at, images, out[0], which,
                                    dy.data() + first * out_size, p, {out[3], c}, {out[4], c},
                                    out[5], {out[6], c}, {out[7], c});
        kernels::batchnorm_inference(device, s, at, images, p, {out[3], c}, {out[4], c}, out[8]);
    });
}

TEST_P(LayerLanes, Pooling) {
    constexpr std::size_t c = 9, in = 4 * 5 * 6 * c, out_size = 4 * 2 * 3 * c;
    const auto x = input(in), dy = input(out_size), bias = input(c);
    Buffer<std::uint8_t> chosen(device, lanes * out_size);
    for (const kernels::Pool pool : {kernels::Pool::max, kernels::Pool::average}) {
        kernels::PoolingShape s{
            .batch = 4, .height = 5, .width = 6, .channels = c, .pool = pool, .relu = true};
        expect_equal({out_size, in, c}, [&](std::size_t first, std::size_t count,
                                            const std::vector<DevicePointer<float>>& out) {
            s.lanes = count;
            DevicePointer<const LaneState> at = states.data() + first;
            DevicePointer<const float> images = x.data() + first * in;
            const PerLane<const float> b{bias.data() + first * c, c};
            DevicePointer<std::uint8_t> which = chosen.data() + first * out_size;
            kernels::pooling_forward(device, s, at, images, b, out[0], which);
            kernels::pooling_backward(device, s, at, images, b, out[0], which,
                                      dy.data() + first * out_size, out[1], {out[2], c});
        });
    }
}

TEST_P(LayerLanes, Embedding) {
    kernels::EmbeddingShape s{.batch = 4, .tokens = 5, .vocabulary = 6, .dim = 7};
    constexpr std::size_t places = 4 * 5, size = places * 7, table = 6 * 7 + 3;
    std::vector<std::int32_t> words;
    for (std::size_t i = 0; i < lanes * places; ++i) {
        words.push_back(i % places == 0 ? 0 : static_cast<std::int32_t>(random.below(6)));
    }
    const Buffer<std::int32_t> tokens(device, words);
    const auto w = input(table), dy = input(size);
    expect_equal({size, table}, [&](std::size_t first, std::size_t count,
                                    const std::vector<DevicePointer<float>>& out) {
        s.lanes = count;
        DevicePointer<const LaneState> at = states.data() + first;
        DevicePointer<const std::int32_t> mine = tokens.data() + first * places;
        kernels::embedding_forward(device, s, at, mine, {w.data() + first * table, table}, out[0]);
        kernels::embedding_backward(device, s, at, mine, dy.data() + first * size, {out[1], table});
    });
}

TEST_P(LayerLanes, CrossEntropy) {
    constexpr std::size_t classes = 10, size = 4 * classes;
    const auto logits = input(size);
    const Buffer<std::uint16_t> labels(device, random.labels(lanes * 4, classes));
    std::vector<LaneMetrics> together, apart;
    expect_equal({size}, [&](std::size_t first, std::size_t count,
                             const std::vector<DevicePointer<float>>& out) {
        Buffer<LaneMetrics> metrics(device, count);
        kernels::cross_entropy(device, count, 4, classes, states.data() + first,
                               logits.data() + first * size, labels.data() + first * 4, out[0],
                               metrics.data());
        for (const LaneMetrics& m : metrics.read())
            (count == lanes ? together : apart).push_back(m);
    });
    for (std::size_t lane = 0; lane < lanes; ++lane) {
        EXPECT_EQ(together[lane].sum, apart[lane].sum);
        EXPECT_EQ(together[lane].hits, apart[lane].hits);
        EXPECT_EQ(together[lane].rows, lane == 0 ? 4u : lane == 1 ? 0u : 3u);
    }
}

TEST_P(LayerLanes, Distillation) {
    constexpr std::size_t classes = 10, size = 4 * classes;
    const auto student = input(size), teacher = input(size);
    const Buffer<std::uint16_t> labels(device, random.labels(lanes * 4, classes));
    std::vector<LaneMetrics> together, apart;
    expect_equal({size}, [&](std::size_t first, std::size_t count,
                             const std::vector<DevicePointer<float>>& out) {
        Buffer<LaneMetrics> metrics(device, count);
        kernels::distillation(device, {4, 0.7f}, count, 4, classes, states.data() + first,
                              student.data() + first * size, teacher.data() + first * size,
                              labels.data() + first * 4, out[0], metrics.data());
        for (const LaneMetrics& m : metrics.read())
            (count == lanes ? together : apart).push_back(m);
    });
    for (std::size_t lane = 0; lane < lanes; ++lane) {
        EXPECT_EQ(together[lane].sum, apart[lane].sum);
        EXPECT_EQ(together[lane].hits, apart[lane].hits);
        EXPECT_EQ(together[lane].rows, lane == 0 ? 4u : lane == 1 ? 0u : 3u);
    }
}

} // namespace
} // namespace fedmrn::test
