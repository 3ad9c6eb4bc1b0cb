// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <random>
#include <span>
#include <string>
#include <vector>

#include "engine/base/crc32c.hpp"
#include "fedmrn/error.hpp"
#include "fedmrn/message.hpp"

/// Messages that several tests and the benchmarks share.
namespace fedmrn::samples {

using Bytes = std::vector<std::byte>;

/// 112 bytes: 48 of header, 7 of table, 1 of padding, 44 of mask, 8 of float32, 4 of CRC.
inline Message golden_message() {
    Message message;
    message.method = 1;
    message.variant = 2;
    message.parameter = 0.01F;
    message.round = 7;
    message.client = 0x0102'0304'0506'0708;
    message.seed = 0xF0E1'D2C3'B4A5'9687;
    message.samples = 600;
    message.tensors = {{Encoding::mask, 33}, {Encoding::float32, 2}, {Encoding::mask, 298}};
    message.mask.assign(11, 0xA5A5'A5A5);
    message.mask[0] = 0xFFFF'FFFF;
    message.mask[1] = 0x1234'5679;
    message.mask[10] = 0x0000'07FF; // 331 bits: 11 in the last word
    message.dense = {1.0F, -2.5F};
    return message;
}

/// The bits of a sparse tensor: every set of so many ones is as likely (selection sampling).
inline std::vector<std::uint32_t> random_bits(std::uint64_t elements, std::uint64_t ones,
                                              std::mt19937& random) {
    std::vector<std::uint32_t> bits((elements + 31) / 32);
    for (std::uint64_t i = 0; i < elements; ++i)
        if (random() % (elements - i) < ones) {
            bits[i / 32] |= 1U << i % 32;
            --ones;
        }
    return bits;
}

/// Random bits and finite floats for a table.
inline Message random_message(std::vector<TensorEntry> tensors, std::uint32_t seed) {
    std::mt19937 random(seed);
    Message message;
    message.method = static_cast<std::uint8_t>(random());
    message.variant = static_cast<std::uint8_t>(random());
    message.parameter = static_cast<float>(random()) * 1e-9F;
    message.round = static_cast<std::uint32_t>(random());
    message.client = std::uint64_t{random()} << 32 | random();
    message.seed = std::uint64_t{random()} << 32 | random();
    message.samples = 1 + random() % 100'000;
    std::size_t masked = 0, dense = 0;
    for (const auto& [encoding, elements, ones] : tensors) {
        const unsigned bits = code_bits(encoding);
        if (encoding == Encoding::mask) masked += elements;
        if (encoding == Encoding::float32) dense += elements;
        for (std::size_t i = 0; bits != 0 && i < elements; i += 32)
            for (unsigned plane = 0; plane < bits; ++plane)
                message.packed.push_back(static_cast<std::uint32_t>(random()) >>
                                         (elements - i < 32 ? 32 - (elements - i) : 0));
        if (has_scale(encoding)) message.scales.push_back(static_cast<float>(random()) - 2e9F);
    }
    message.mask.resize((masked + 31) / 32);
    for (auto& word : message.mask) word = static_cast<std::uint32_t>(random());
    if (masked % 32 != 0) message.mask.back() &= (1U << masked % 32) - 1;
    for (const TensorEntry& entry : tensors)
        if (entry.encoding == Encoding::sparse) {
            const auto bits = random_bits(entry.elements, entry.ones, random);
            message.mask.insert(message.mask.end(), bits.begin(), bits.end());
        }
    message.tensors = std::move(tensors);
    message.dense.resize(dense);
    for (auto& value : message.dense) value = static_cast<float>(random()) - 2e9F;
    return message;
}

/// CNN4's table on Fashion-MNIST: five masked weights, then γ and β of four BatchNorms, then their
/// running means and variances.
inline std::vector<TensorEntry> cnn4_table() {
    std::vector<TensorEntry> table;
    for (const std::uint64_t elements : {288, 18'432, 73'728, 294'912, 2'560})
        table.push_back({Encoding::mask, elements});
    for (int pair = 0; pair < 2; ++pair)
        for (const std::uint64_t channels : {32, 64, 128, 256})
            table.insert(table.end(), 2, {Encoding::float32, channels});
    return table;
}

/// A forger's message: the last four bytes made to be the CRC of those before.
inline Bytes with_crc(Bytes bytes) {
    const std::uint32_t crc = crc32c(std::span(bytes).first(bytes.size() - 4));
    std::memcpy(bytes.data() + bytes.size() - 4, &crc, 4);
    return bytes;
}

/// Why a call was refused: the text of its Error, "accepted" if it threw none.
template <class Call> std::string reason(const Call& call) {
    try {
        call();
    } catch (const Error& error) {
        return error.what();
    }
    return "accepted";
}

} // namespace fedmrn::samples
