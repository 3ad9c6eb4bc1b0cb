// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#include "kernels/hadamard.hpp"

#include "tests/kernels/cuda/twins.hpp"

namespace fedmrn::test {
namespace {

/// Three clients through rotation, codes and back, at every power of two up to one that takes three
/// passes.
TEST(CudaHadamard, rotations_and_codes_equal_the_cpus) {
    for (unsigned k = 0; k <= 19; ++k) {
        const std::size_t n = std::size_t{1} << k, clients = k < 16 ? 3 : 1;
        for (const unsigned bits : {1u, 2u, 3u, 4u}) {
            if (k > 12 && bits != k % 4 + 1) {
                continue; // what differs there are the passes
            }
            expect_same_bits(
                [&](Device& device) {
                    const auto book = formula::codebook(bits);
                    const std::size_t words = (n + 31) / 32 * bits;
                    Buffer<float> values(device, random_floats(clients * n, 1));
                    Buffer<float> rotated(device, clients * n), back(device, clients * n);
                    Buffer<float> scales(device, clients);
                    Buffer<std::uint32_t> codes(device, clients * words);
                    std::vector<kernels::RotationSource> sources;
                    std::vector<kernels::CentroidSource> measured;
                    for (std::size_t c = 0; c < clients; ++c) {
                        DevicePointer<float> own = rotated.data() + c * n;
                        sources.push_back({7 + c, values.data() + c * n, own});
                        measured.push_back({own, scales.data() + c, codes.data() + c * words});
                    }
                    kernels::rotate(device, 3 * n, sources, n);
                    kernels::nearest_centroids(device, book, formula::Estimate::unbiased, measured,
                                               n);
                    const auto scale = scales.read();
                    std::vector<kernels::CodedSlice> coded;
                    for (std::size_t c = 0; c < clients; ++c) {
                        coded.push_back(
                            {7 + c, codes.data() + c * words, scale[c], back.data() + c * n});
                    }
                    kernels::rotate_back(device, book, 3 * n, coded, n);
                    return bytes_of(rotated.read()) + bytes_of(codes.read()) + bytes_of(scale) +
                           bytes_of(back.read());
                },
                std::to_string(n) + " values, " + std::to_string(bits) + " bits");
        }
    }
}

} // namespace
} // namespace fedmrn::test
