// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#include <random>

#include <gmock/gmock.h>
#include <simt/device.hpp>

#include "device_array.hpp"
#include "launch_result.hpp"

namespace {

namespace wmma = nvcuda::wmma;

/// d = a · b + c on one warp; a, b in the given layouts, c and d by rows.
template <int m, int n, int k, class T, class Stored, class LayoutA, class LayoutB>
__global__ void tile_kernel(const Stored* a, const Stored* b, const float* c, float* d) {
    constexpr bool a_rows = std::is_same_v<LayoutA, wmma::row_major>;
    constexpr bool b_rows = std::is_same_v<LayoutB, wmma::row_major>;
    wmma::fragment<wmma::matrix_a, m, n, k, T, LayoutA> fa;
    wmma::fragment<wmma::matrix_b, m, n, k, T, LayoutB> fb;
    wmma::fragment<wmma::accumulator, m, n, k, float> sum;
    wmma::load_matrix_sync(fa, a, a_rows ? k : m);
    wmma::load_matrix_sync(fb, b, b_rows ? n : k);
    wmma::load_matrix_sync(sum, c, n, wmma::mem_row_major);
    if constexpr (std::is_same_v<T, wmma::precision::tf32>) {
        for (auto& x : fa.x) x = wmma::__float_to_tf32(x);
        for (auto& x : fb.x) x = wmma::__float_to_tf32(x);
    }
    wmma::mma_sync(sum, fa, fb, sum);
    for (auto& x : sum.x) x *= 2.0F; // element-wise work knows no layout
    wmma::store_matrix_sync(d, sum, n, wmma::mem_row_major);
}

/// The largest error against float64, with factors that the type holds exactly up to `exact` bits.
template <int m, int n, int k, class T, class Stored, class LayoutA, class LayoutB>
double worst_error() {
    std::mt19937 random(3);
    std::uniform_real_distribution<float> draw(-1, 1);
    std::vector<Stored> a(m * k), b(k * n);
    std::vector<float> c(m * n);
    for (auto& x : a) x = Stored(draw(random));
    for (auto& x : b) x = Stored(draw(random));
    for (auto& x : c) x = draw(random);
    const DeviceArray<Stored> da(a), db(b);
    const DeviceArray<float> dc(c), dd(c.size());
    simt::launch(tile_kernel<m, n, k, T, Stored, LayoutA, LayoutB>, 1, 32, 0, nullptr, da.data(),
                 db.data(), dc.data(), dd.data());
    const auto d = dd.read();
    double worst = 0;
    for (int i = 0; i < m; ++i) {
        for (int j = 0; j < n; ++j) {
            double sum = c[i * n + j];
            for (int p = 0; p < k; ++p) {
                const bool a_rows = std::is_same_v<LayoutA, wmma::row_major>;
                const bool b_rows = std::is_same_v<LayoutB, wmma::row_major>;
                sum += double{float(a[a_rows ? i * k + p : p * m + i])} *
                       double{float(b[b_rows ? p * n + j : j * k + p])};
            }
            worst = std::max(worst, std::abs(d[i * n + j] - 2 * sum));
        }
    }
    return worst;
}

using Row = wmma::row_major;
using Column = wmma::col_major;
using Tf32 = wmma::precision::tf32;

TEST(Wmma, EqualsFloat64UpToItsSums) {
    EXPECT_LT((worst_error<16, 16, 16, __nv_bfloat16, __nv_bfloat16, Row, Row>()), 1e-5);
    EXPECT_LT((worst_error<16, 16, 16, __nv_bfloat16, __nv_bfloat16, Column, Row>()), 1e-5);
    EXPECT_LT((worst_error<16, 16, 16, __half, __half, Row, Column>()), 1e-5);
    EXPECT_LT((worst_error<32, 8, 16, __nv_bfloat16, __nv_bfloat16, Row, Column>()), 1e-5);
    EXPECT_LT((worst_error<8, 32, 16, __half, __half, Column, Column>()), 1e-5);
}
TEST(Wmma, Tf32RoundsItsFactors) {
    const double error = worst_error<16, 16, 8, Tf32, float, Row, Column>();
    EXPECT_LT(error, 5e-3);
    EXPECT_GT(error, 1e-5);
}
TEST(Wmma, Tf32RoundsToTenBits) {
    EXPECT_EQ(wmma::__float_to_tf32(1.0F + 0x1p-10F), 1.0F + 0x1p-10F);
    EXPECT_EQ(wmma::__float_to_tf32(1.0F + 0x1p-11F), 1.0F + 0x1p-10F); // a tie: away from zero
    EXPECT_EQ(wmma::__float_to_tf32(1.0F + 0x1p-12F), 1.0F);
}

__global__ void misaligned_kernel(const float* p) {
    wmma::fragment<wmma::matrix_a, 16, 16, 8, Tf32, Row> a;
    wmma::load_matrix_sync(a, p + 1, 8);
}
__global__ void strides_kernel(const float* p) {
    wmma::fragment<wmma::matrix_a, 16, 16, 8, Tf32, Row> a;
    wmma::load_matrix_sync(a, p, 9);
}
__global__ void own_tiles_kernel(const float* p) {
    wmma::fragment<wmma::matrix_a, 16, 16, 8, Tf32, Row> a;
    wmma::load_matrix_sync(a, p + 8 * threadIdx.x, 8);
}
TEST(Wmma, TilesMustBeTheHardwares) {
    const DeviceArray<float> p(std::vector<float>(1024));
    const float* data = p.data();
    EXPECT_THAT(launch_result(misaligned_kernel, 1, 32, data), testing::HasSubstr("32-byte"));
    EXPECT_THAT(launch_result(strides_kernel, 1, 32, data), testing::HasSubstr("16 bytes"));
    EXPECT_THAT(launch_result(own_tiles_kernel, 1, 32, data),
                testing::HasSubstr("different tiles"));
}

} // namespace
