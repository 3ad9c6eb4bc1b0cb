// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#include "engine/base/crc32c.hpp"

#include <array>

#include "engine/base/byte_cursor.hpp"

#ifdef __SSE4_2__
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

std::uint32_t crc32c_portable(std::span<const std::byte> bytes) {
    ByteReader reader(bytes);
    std::uint32_t crc = ~0U;
    while (reader.left() >= 8) {
        std::uint64_t word = reader.get<std::uint64_t>() ^ crc;
        crc = 0;
        for (std::size_t k = 8; k-- > 0; word >>= 8) crc ^= tables[k][word & 0xFFU];
    }
    while (reader.left() > 0)
        crc = (crc >> 8) ^ tables[0][(crc ^ reader.get<std::uint8_t>()) & 0xFFU];
    return ~crc;
}

std::uint32_t crc32c(std::span<const std::byte> bytes) {
#ifdef __SSE4_2__
    ByteReader reader(bytes);
    std::uint64_t crc = 0xFFFF'FFFF;
    while (reader.left() >= 8) crc = _mm_crc32_u64(crc, reader.get<std::uint64_t>());
    auto tail = static_cast<std::uint32_t>(crc);
    while (reader.left() > 0) tail = _mm_crc32_u8(tail, reader.get<std::uint8_t>());
    return ~tail;
#else
    return crc32c_portable(bytes);
#endif
}

} // namespace fedmrn
