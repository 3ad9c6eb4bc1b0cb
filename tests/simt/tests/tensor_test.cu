// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#include <bit>
#include <random>

#include <gmock/gmock.h>
#include <simt/device.hpp>

#include "device_array.hpp"
#include "launch_result.hpp"

// The tensor cores' instructions against float64, with the registers filled as the PTX manual's
// figures of the fragments say, element by element.
namespace {

/// Where element e of a lane's part lies, with the manual's groupID and threadID_in_group.
struct Place {
    int row, column;
};
Place of_sums(int lane, int e) { return {lane / 4 + (e < 2 ? 0 : 8), lane % 4 * 2 + (e & 1)}; }

struct Tf32 {
    static constexpr int k = 8, per_register = 1;
    static Place of_a(int lane, int e) {
        return {e == 0 || e == 2 ? lane / 4 : lane / 4 + 8, e < 2 ? lane % 4 : lane % 4 + 4};
    }
    static Place of_b(int lane, int e) { return {lane % 4 + (e == 0 ? 0 : 4), lane / 4}; }
    static unsigned packed(const float* values) { return std::bit_cast<unsigned>(*values); }
    static void multiply(float (&c)[4], const unsigned (&a)[4], const unsigned (&b)[2]) {
        simt::mma_tf32(c, a, b);
    }
};
struct Bf16 {
    static constexpr int k = 16, per_register = 2;
    static Place of_a(int lane, int e) {
        const bool upper = e < 2 || (e >= 4 && e < 6);
        return {upper ? lane / 4 : lane / 4 + 8, lane % 4 * 2 + (e & 1) + (e < 4 ? 0 : 8)};
    }
    static Place of_b(int lane, int e) {
        return {lane % 4 * 2 + (e & 1) + (e < 2 ? 0 : 8), lane / 4};
    }
    static unsigned packed(const float* values) { return simt::to_bf16(values[0], values[1]); }
    static void multiply(float (&c)[4], const unsigned (&a)[4], const unsigned (&b)[2]) {
        simt::mma_bf16(c, a, b);
    }
};

/// d = a · b + c on one warp: a [16][k], b [k][8], c and d [16][8].
template <class Factor>
__global__ void product_kernel(const float* a, const float* b, const float* c, float* d) {
    const int lane = static_cast<int>(threadIdx.x);
    unsigned left[4], right[2];
    float sums[4];
    const auto fill = [&](unsigned* to, int registers, auto place, const float* from, int width) {
        for (int r = 0; r < registers; ++r) {
            float values[2];
            for (int e = 0; e < Factor::per_register; ++e) {
                const Place p = place(lane, r * Factor::per_register + e);
                values[e] = from[p.row * width + p.column];
            }
            to[r] = Factor::packed(values);
        }
    };
    fill(left, 4, Factor::of_a, a, Factor::k);
    fill(right, 2, Factor::of_b, b, 8);
    for (int e = 0; e < 4; ++e) sums[e] = c[of_sums(lane, e).row * 8 + of_sums(lane, e).column];
    Factor::multiply(sums, left, right);
    for (int e = 0; e < 4; ++e) d[of_sums(lane, e).row * 8 + of_sums(lane, e).column] = sums[e];
}

/// The largest error against float64, of factors with `bits` bits after the point.
template <class Factor> double worst_error(int bits) {
    std::mt19937 random(3);
    const auto draw = [&](std::size_t n) {
        std::vector<float> values(n);
        for (float& x : values) {
            const int scale = 1 << bits;
            x = static_cast<float>(static_cast<int>(random() % (2 * scale)) - scale) / scale;
        }
        return values;
    };
    const std::vector<float> a = draw(16 * Factor::k), b = draw(Factor::k * 8), c = draw(128);
    const DeviceArray<float> da(a), db(b), dc(c), dd(128);
    simt::launch(product_kernel<Factor>, 1, 32, 0, nullptr, da.data(), db.data(), dc.data(),
                 dd.data());
    const auto d = dd.read();
    double worst = 0;
    for (int i = 0; i < 16; ++i) {
        for (int j = 0; j < 8; ++j) {
            double sum = c[i * 8 + j];
            for (int p = 0; p < Factor::k; ++p)
                sum += double{a[i * Factor::k + p]} * double{b[p * 8 + j]};
            worst = std::max(worst, std::abs(d[i * 8 + j] - sum));
        }
    }
    return worst;
}

TEST(Tensor, products_of_what_the_factors_hold_are_exact) {
    EXPECT_EQ(worst_error<Tf32>(10), 0);
    EXPECT_EQ(worst_error<Bf16>(7), 0);
}
TEST(Tensor, factors_lose_what_they_cannot_hold) {
    EXPECT_GT(worst_error<Tf32>(14), 1e-5);
    EXPECT_LT(worst_error<Tf32>(14), 1e-2);
    EXPECT_GT(worst_error<Bf16>(14), 1e-4);
    EXPECT_LT(worst_error<Bf16>(14), 1e-1);
}
TEST(Tensor, tf32_rounds_to_ten_bits) {
    const auto rounded = [](float x) { return std::bit_cast<float>(simt::to_tf32(x)); };
    EXPECT_EQ(rounded(1.0F + 0x1p-10F), 1.0F + 0x1p-10F);
    EXPECT_EQ(rounded(1.0F + 0x1p-11F), 1.0F + 0x1p-10F); // a tie: away from zero
    EXPECT_EQ(rounded(1.0F + 0x1p-12F), 1.0F);
}

/// Four matrices of 8 × 8 values of 2 bytes, value 64 i + 8 row + column.
__global__ void matrices_kernel(unsigned* out, bool transposed) {
    FEDMRN_SHARED(unsigned short, rows, [32][8]);
    const unsigned i = threadIdx.x;
    for (unsigned c = 0; c < 8; ++c) rows[i][c] = static_cast<unsigned short>(8 * i + c);
    __syncwarp();
    unsigned loaded[4];
    simt::ldmatrix(loaded, rows[i], transposed);
    for (unsigned m = 0; m < 4; ++m) out[m * 32 + i] = loaded[m];
}
TEST(Tensor, matrices_come_by_rows_or_by_columns) {
    for (const bool transposed : {false, true}) {
        const DeviceArray<unsigned> out(128);
        simt::launch(matrices_kernel, 1, 32, 0, nullptr, out.data(), transposed);
        const auto o = out.read();
        for (unsigned m = 0; m < 4; ++m) {
            for (unsigned lane = 0; lane < 32; ++lane) {
                const auto value = [&](unsigned e) {
                    const unsigned high = lane / 4, low = lane % 4 * 2 + e;
                    return 64 * m + (transposed ? 8 * low + high : 8 * high + low);
                };
                EXPECT_EQ(o[m * 32 + lane], value(0) | value(1) << 16);
            }
        }
    }
}

} // namespace
