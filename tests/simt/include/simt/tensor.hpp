// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bit>
#include <cstdint>
#include <cstring>

#include <cuda_bf16.h>

#include "simt/warp.hpp"

// The warp-wide instructions of the tensor cores that a kernel reaches through inline PTX: ldmatrix
// and mma.sync, with the places of the elements in the warp's registers that the PTX manual gives.
// Products are exact, sums float32 in the order of k; a tensor core may add in another order.
namespace simt {

/// Rounded to tf32's ten bits, ties away from zero (cvt.rna.tf32.f32).
inline std::uint32_t to_tf32(float value) {
    const auto bits = std::bit_cast<std::uint32_t>(value);
    if ((bits & 0x7f800000U) == 0x7f800000U) return bits;
    return (bits + 0x1000U) & 0xffffe000U;
}

/// Two floats rounded to bf16 in a register, the first one low (cvt.rn.bf16x2.f32).
inline std::uint32_t to_bf16(float low, float high) {
    return std::bit_cast<std::uint16_t>(__float2bfloat16_rn(low)) |
           std::uint32_t{std::bit_cast<std::uint16_t>(__float2bfloat16_rn(high))} << 16;
}

namespace detail {

/// What every lane of the warp gives, a pointer each, readable until the warp next converges.
class Everyones {
public:
    Everyones(const void* mine, Where at) {
        gather_.value = reinterpret_cast<std::uintptr_t>(mine);
        warp(WarpOp::gather, 0xffffffffU, reinterpret_cast<std::uintptr_t>(&gather_), 0, at);
    }
    template <class T> [[nodiscard]] const T* of(unsigned lane) const {
        return reinterpret_cast<const T*>(gather_.all[lane]);
    }

private:
    WarpGather gather_;
};

/// What the tensor core reads: of a float as tf32 the low bits are not there.
inline float tf32_value(std::uint32_t bits) { return std::bit_cast<float>(bits & 0xffffe000U); }
/// One of the two bf16 in a register.
inline float bf16_value(std::uint32_t bits, unsigned which) {
    return std::bit_cast<float>(which == 0 ? bits << 16 : bits & 0xffff0000U);
}

struct Factors {
    const std::uint32_t* a; ///< 4 registers
    const std::uint32_t* b; ///< 2 registers
};

/// c += a · b for a 16 × k and b k × 8: a(row, i) and b(i, column) read the warp's registers.
template <unsigned k, class A, class B>
void multiply(float (&c)[4], const Factors& mine, const A& a, const B& b, Where at) {
    const Everyones factors(&mine, at);
    for (unsigned slot = 0; slot < 4; ++slot) {
        const unsigned row = lane() / 4 + slot / 2 * 8, column = lane() % 4 * 2 + slot % 2;
        for (unsigned i = 0; i < k; ++i) c[slot] += a(factors, row, i) * b(factors, i, column);
    }
    __syncwarp(0xffffffffU, at); // the others have read this lane's part
}

} // namespace detail

/// ldmatrix.sync.aligned.m8n8.x4[.trans].shared.b16: lanes 8 i … 8 i + 7 give the rows, of 16
/// bytes, of matrix i; register i of lane l is what matrix i has in row l / 4 at elements 2 (l % 4)
/// and the next, transposed in column l / 4 at rows 2 (l % 4) and the next.
inline void ldmatrix(std::uint32_t (&registers)[4], const void* row, bool transposed,
                     Where at = Where::here()) {
    if (reinterpret_cast<std::uintptr_t>(row) % 16 != 0) {
        throw Error("ldmatrix: a row is not 16-byte aligned at " + at.text());
    }
    const detail::Everyones rows(row, at);
    const unsigned high = detail::lane() / 4, low = detail::lane() % 4 * 2;
    for (unsigned i = 0; i < 4; ++i) {
        std::uint16_t pair[2];
        for (unsigned e = 0; e < 2; ++e) {
            const unsigned r = transposed ? low + e : high, c = transposed ? high : low + e;
            pair[e] = rows.of<std::uint16_t>(8 * i + r)[c];
        }
        std::memcpy(&registers[i], pair, sizeof pair);
    }
    __syncwarp(0xffffffffU, at);
}

/// mma.sync.aligned.m16n8k8.row.col.f32.tf32.tf32.f32
inline void mma_tf32(float (&c)[4], const std::uint32_t (&a)[4], const std::uint32_t (&b)[2],
                     Where at = Where::here()) {
    detail::multiply<8>(
        c, {a, b},
        [](const detail::Everyones& all, unsigned row, unsigned i) {
            const auto* of = all.of<detail::Factors>(row % 8 * 4 + i % 4);
            return detail::tf32_value(of->a[i / 4 * 2 + row / 8]);
        },
        [](const detail::Everyones& all, unsigned i, unsigned column) {
            return detail::tf32_value(all.of<detail::Factors>(column * 4 + i % 4)->b[i / 4]);
        },
        at);
}

/// mma.sync.aligned.m16n8k16.row.col.f32.bf16.bf16.f32
inline void mma_bf16(float (&c)[4], const std::uint32_t (&a)[4], const std::uint32_t (&b)[2],
                     Where at = Where::here()) {
    detail::multiply<16>(
        c, {a, b},
        [](const detail::Everyones& all, unsigned row, unsigned i) {
            const auto* of = all.of<detail::Factors>(row % 8 * 4 + i % 8 / 2);
            return detail::bf16_value(of->a[i / 8 * 2 + row / 8], i % 2);
        },
        [](const detail::Everyones& all, unsigned i, unsigned column) {
            const auto* of = all.of<detail::Factors>(column * 4 + i % 8 / 2);
            return detail::bf16_value(of->b[i / 8], i % 2);
        },
        at);
}

} // namespace simt
