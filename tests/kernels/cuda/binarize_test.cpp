// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#include "kernels/binarize.hpp"

#include "tests/kernels/cuda/twins.hpp"

namespace fedmrn::test {
namespace {

constexpr std::size_t lanes = 5;

/// Tensors one behind the other: one, three of which one is empty, more than a launch takes.
std::vector<std::vector<kernels::BinaryTensor>> layouts() {
    std::vector<std::vector<kernels::BinaryTensor>> all;
    for (const std::vector<std::size_t>& sizes :
         {std::vector<std::size_t>{}, {1}, {127}, {2048}, {2049}, {70, 0, 4999}, {600'000}}) {
        auto& tensors = all.emplace_back();
        std::size_t offset = 0;
        for (const std::size_t size : sizes) {
            tensors.push_back({offset, size});
            offset += size;
        }
    }
    auto& many = all.emplace_back();
    for (std::size_t t = 0; t < 70; ++t) {
        const std::size_t offset = t == 0 ? 0 : many.back().offset + many.back().elements;
        many.push_back({offset, t * 53 % 211});
    }
    return all;
}

/// Steps on both sides of the half, the first one of the second, and an only one.
std::vector<LaneState> halves() {
    return {{11, 0, 64, 0, 1, 8},
            {12, 0, 64, 4, 10, 8},
            {},
            {13, 0, 64, 5, 10, 8},
            {14, 0, 64, 9, 10, 3}};
}

/// What both passes of a step leave of update, weights and gradient.
std::vector<float> step(Device& device, const std::vector<kernels::BinaryTensor>& tensors) {
    const std::size_t elements =
        tensors.empty() ? 0 : tensors.back().offset + tensors.back().elements;
    const std::size_t stride = elements + 2 * tensors.size() + 3;
    std::vector<float> values = random_floats(lanes * stride, 2, 0.03f);
    for (std::size_t l = 0; l < lanes; ++l) {
        for (std::size_t t = 0; t < tensors.size(); ++t) {
            values[l * stride + elements + tensors.size() + t] = 0.01f; // α0
        }
    }
    Buffer<LaneState> states(device, halves());
    Buffer<float> global(device, random_floats(elements, 1));
    Buffer<float> update(device, values);
    Buffer<float> weights(device, random_floats(lanes * stride, 3));
    Buffer<float> gradient(device, random_floats(lanes * stride, 4));
    const kernels::BinaryUpdate binary{tensors, elements};
    kernels::binarize_weights(device, binary, lanes, states.data(), global.data(),
                              {update.data(), stride}, {weights.data(), stride});
    kernels::binarize_gradient(device, binary, lanes, states.data(), {update.data(), stride},
                               {gradient.data(), stride});
    std::vector<float> all = update.read();
    for (const auto& part : {weights.read(), gradient.read()}) {
        all.insert(all.end(), part.begin(), part.end());
    }
    return all;
}

TEST(CudaBinarize, steps_equal_the_cpus) {
    for (const auto& tensors : layouts()) {
        expect_same_bits([&](Device& device) { return step(device, tensors); },
                         std::to_string(tensors.size()) + " tensors");
    }
}

/// Recorded once and replayed at other steps: nothing of a lane is built in.
TEST(CudaBinarize, recorded_steps_follow_the_lanes) {
    const std::vector<kernels::BinaryTensor> tensors{{0, 70}, {70, 5000}};
    expect_same_bits(
        [&](Device& device) {
            const std::size_t elements = 5070, stride = elements + 4;
            Buffer<LaneState> states(device, std::vector<LaneState>{{7, 0, 64, 0, 6, 8}});
            Buffer<float> global(device, random_floats(elements, 1));
            Buffer<float> update(device, stride), weights(device, elements);
            Buffer<float> gradient(device, stride);
            update.write(random_floats(elements, 2, 0.03f));
            const kernels::BinaryUpdate binary{tensors, elements};
            const auto work = [&] {
                kernels::binarize_weights(device, binary, 1, states.data(), global.data(),
                                          {update.data(), 0}, {weights.data(), 0});
                kernels::binarize_gradient(device, binary, 1, states.data(), {update.data(), 0},
                                           {gradient.data(), 0});
            };
            work();
            const auto recording = device.record(work);
            std::vector<float> seen;
            for (std::uint32_t now = 0; now < 6; ++now) {
                states.write(std::vector<LaneState>{{7, 0, 64, now, 6, 8}});
                gradient.write(random_floats(elements, 10 + now));
                recording->replay();
                for (const auto& part : {update.read(), weights.read(), gradient.read()}) {
                    seen.insert(seen.end(), part.begin(), part.end());
                }
            }
            return seen;
        },
        "replayed");
}

TEST(CudaBinarize, packed_words_equal_the_cpus) {
    for (const auto& tensors : layouts()) {
        const std::size_t elements =
            tensors.empty() ? 0 : tensors.back().offset + tensors.back().elements;
        const std::size_t words = elements / 32 + tensors.size() + 1, count = tensors.size();
        for (const float start : {0.0f, 0.02f}) {
            expect_same_bits(
                [&](Device& device) {
                    std::vector<float> values = random_floats(elements + 2 * count, 5, 0.03f);
                    std::fill(values.end() - static_cast<std::ptrdiff_t>(count), values.end(),
                              start);
                    Buffer<float> update(device, values), scales(device, 2 * count + 1);
                    Buffer<std::uint32_t> packed(device, std::vector<std::uint32_t>(2 * words, 77));
                    std::vector<kernels::BinarizeSource> clients;
                    for (std::size_t k = 0; k < 2; ++k) {
                        clients.push_back({5 + k, update.data(), scales.data() + k * count,
                                           packed.data() + k * words});
                    }
                    kernels::pack_binarized(device, {tensors, elements}, clients);
                    std::string bytes = bytes_of(scales.read());
                    return bytes + bytes_of(packed.read());
                },
                std::to_string(tensors.size()) + " tensors");
        }
    }
}

} // namespace
} // namespace fedmrn::test
