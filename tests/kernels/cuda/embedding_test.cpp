// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#include "kernels/embedding.hpp"

#include "tests/kernels/cuda/twins.hpp"

namespace fedmrn::test {
namespace {

using kernels::EmbeddingShape;

/// y, then dw, as bytes; of the first lanes only.
std::string both_ways(Device& device, const EmbeddingShape& s, std::size_t of_lanes) {
    const std::size_t places = s.lanes * s.batch * s.tokens, stride = s.vocabulary * s.dim + 5;
    std::mt19937 random(1);
    std::vector<std::int32_t> words(places);
    for (auto& word : words) { // the last row of the table is never read
        word = static_cast<std::int32_t>(random() % std::max<std::size_t>(s.vocabulary - 1, 1));
    }
    const Buffer<LaneState> states(device,
                                   mixed_lanes(s.lanes, static_cast<std::uint32_t>(s.batch)));
    const Buffer<std::int32_t> tokens(device, words);
    const Buffer<float> w(device, random_floats(s.lanes * stride, 2));
    const Buffer<std::byte> dy(device, encoded(random_floats(places * s.dim, 3), s.real));
    Buffer<std::byte> y(device, places * s.dim * size_of(s.real));
    Buffer<float> dw(device, random_floats(s.lanes * stride, 4));
    kernels::embedding_forward(device, s, states.data(), tokens.data(), {w.data(), stride},
                               y.data());
    kernels::embedding_backward(device, s, states.data(), tokens.data(), dy.data(),
                                {dw.data(), stride});
    const std::string rows = bytes_of(y.read()), table = bytes_of(dw.read());
    return rows.substr(0, rows.size() / s.lanes * of_lanes) +
           table.substr(0, table.size() / s.lanes * of_lanes);
}

std::vector<EmbeddingShape> shapes() {
    std::vector<EmbeddingShape> all;
    for (const Real real : {Real::f32, Real::bf16}) {
        for (const auto& [vocabulary, dim] :
             {std::pair<std::size_t, std::size_t>{1, 1}, {80, 8}, {33, 100}, {9, 300}}) {
            all.push_back({4, 7, 13, vocabulary, dim, real});
        }
    }
    return all;
}

std::string name_of(const EmbeddingShape& s) {
    return std::to_string(s.vocabulary) + " rows of " + std::to_string(s.dim) + " real " +
           std::to_string(static_cast<int>(s.real));
}

TEST(CudaEmbedding, both_ways_equal_the_cpus) {
    for (const EmbeddingShape& shape : shapes()) {
        expect_same_bits([&](Device& device) { return both_ways(device, shape, shape.lanes); },
                         name_of(shape));
    }
}

TEST(CudaEmbedding, lanes_do_not_change_a_bit) {
    const auto device = open_device(DeviceKind::cuda);
    for (EmbeddingShape shape : shapes()) {
        const std::string all = both_ways(*device, shape, 1);
        shape.lanes = 1;
        EXPECT_TRUE(both_ways(*device, shape, 1) == all) << name_of(shape);
    }
}

} // namespace
} // namespace fedmrn::test
