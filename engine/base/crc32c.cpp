// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#include "engine/base/crc32c.hpp"

#include <array>
#include <cstring>

#include "engine/base/byte_cursor.hpp"

#ifdef __x86_64__
#include <nmmintrin.h>
#endif

namespace fedmrn {
namespace {

constexpr std::uint32_t polynomial = 0x82F63B78; // 0x1EDC6F41, bits reversed

// tables[k][b]: the CRC of byte b followed by k zero bytes.
using Tables = std::array<std::array<std::uint32_t, 256>, 8>;

consteval Tables make_tables() {
    Tables tables{};
    for (std::uint32_t b = 0; b < 256; ++b) {
        std::uint32_t crc = b;
        for (int bit = 0; bit < 8; ++bit) crc = (crc >> 1) ^ ((crc & 1U) != 0 ? polynomial : 0U);
        tables[0][b] = crc;
    }
    for (std::size_t k = 1; k < tables.size(); ++k)
        for (std::size_t b = 0; b < 256; ++b) {
            const std::uint32_t before = tables[k - 1][b];
            tables[k][b] = (before >> 8) ^ tables[0][before & 0xFFU];
        }
    return tables;
}

constexpr Tables tables = make_tables();

} // namespace

std::uint32_t crc32c_portable(std::span<const std::byte> bytes, std::uint32_t before) {
    ByteReader reader(bytes);
    std::uint32_t crc = ~before;
    while (reader.left() >= 8) {
        std::uint64_t word = reader.get<std::uint64_t>() ^ crc;
        crc = 0;
        for (std::size_t k = 8; k-- > 0; word >>= 8) crc ^= tables[k][word & 0xFFU];
    }
    while (reader.left() > 0)
        crc = (crc >> 8) ^ tables[0][(crc ^ reader.get<std::uint8_t>()) & 0xFFU];
    return ~crc;
}

#ifdef __x86_64__
namespace {

/// The product of two polynomials modulo the CRC's, bits reversed: x⁰ is the highest bit.
constexpr std::uint32_t product(std::uint32_t a, std::uint32_t b) {
    std::uint32_t sum = 0;
    for (std::uint32_t bit = 1U << 31; bit != 0; bit >>= 1) {
        if ((a & bit) != 0) sum ^= b;
        b = (b >> 1) ^ ((b & 1U) != 0 ? polynomial : 0U);
    }
    return sum;
}

/// A CRC register after so many zero bytes more: linear in it, byte by byte of it.
using Shift = std::array<std::array<std::uint32_t, 256>, 4>;

consteval Shift make_shift(std::size_t bytes) {
    std::uint32_t power = 1U << 31, square = 1U << 30; // x⁰, x¹
    for (std::size_t bits = 8 * bytes; bits != 0; bits >>= 1) {
        if ((bits & 1U) != 0) power = product(power, square);
        square = product(square, square);
    }
    Shift shift{};
    for (std::uint32_t k = 0; k < 4; ++k) {
        for (std::uint32_t bit = 1; bit < 256; bit <<= 1)
            shift[k][bit] = product(power, bit << (8 * k));
        for (std::uint32_t byte = 1; byte < 256; ++byte)
            shift[k][byte] = shift[k][byte & (byte - 1)] ^ shift[k][byte & (~byte + 1)];
    }
    return shift;
}

constexpr std::size_t lane_bytes = 1024; ///< of each of three streams
constexpr Shift past_lane = make_shift(lane_bytes);

std::uint32_t after_lane(std::uint64_t crc) {
    std::uint32_t shifted = 0;
    for (std::size_t k = 0; k < 4; ++k) shifted ^= past_lane[k][crc >> (8 * k) & 0xFFU];
    return shifted;
}

/// The instruction takes three cycles and can be begun in each one: three streams at a time.
[[gnu::target("sse4.2")]] std::uint32_t crc32c_sse42(std::span<const std::byte> bytes,
                                                     std::uint32_t before) {
    const auto word = [](const std::byte* at) {
        std::uint64_t value = 0;
        std::memcpy(&value, at, sizeof value);
        return value;
    };
    const std::byte *at = bytes.data(), *end = at + bytes.size();
    std::uint64_t crc = ~before;
    for (; static_cast<std::size_t>(end - at) >= 3 * lane_bytes; at += 3 * lane_bytes) {
        std::uint64_t second = 0, third = 0;
        for (std::size_t i = 0; i < lane_bytes; i += 8) {
            crc = _mm_crc32_u64(crc, word(at + i));
            second = _mm_crc32_u64(second, word(at + lane_bytes + i));
            third = _mm_crc32_u64(third, word(at + 2 * lane_bytes + i));
        }
        crc = after_lane(after_lane(crc) ^ second) ^ third;
    }
    for (; end - at >= 8; at += 8) crc = _mm_crc32_u64(crc, word(at));
    auto tail = static_cast<std::uint32_t>(crc);
    for (; at != end; ++at) tail = _mm_crc32_u8(tail, static_cast<std::uint8_t>(*at));
    return ~tail;
}

} // namespace
#endif

std::uint32_t crc32c(std::span<const std::byte> bytes, std::uint32_t before) {
#ifdef __x86_64__
    static const bool instruction = __builtin_cpu_supports("sse4.2") != 0;
    if (instruction) return crc32c_sse42(bytes, before);
#endif
    return crc32c_portable(bytes, before);
}

} // namespace fedmrn
