// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bit>
#include <cstdint>
#include <string>
#include <string_view>

namespace fedmrn {

/// A message in protobuf's wire format, field after field as they are added:
/// https://protobuf.dev/programming-guides/encoding. It knows no schema: whoever writes says the
/// numbers of the fields, whose types have to be those of the schema.
class ProtobufMessage {
public:
    /// int32, int64, bool or an enumeration.
    ProtobufMessage& number(std::uint32_t field, std::uint64_t value) {
        varint((std::uint64_t{field} << 3) | wire_varint);
        varint(value);
        return *this;
    }
    /// float.
    ProtobufMessage& real(std::uint32_t field, float value) {
        varint((std::uint64_t{field} << 3) | wire_fixed32);
        const auto bits = std::bit_cast<std::uint32_t>(value);
        for (int shift = 0; shift < 32; shift += 8) {
            bytes_ += static_cast<char>((bits >> shift) & 0xff);
        }
        return *this;
    }
    /// string or bytes.
    ProtobufMessage& text(std::uint32_t field, std::string_view value) {
        varint((std::uint64_t{field} << 3) | wire_length);
        varint(value.size());
        bytes_ += value;
        return *this;
    }
    ProtobufMessage& message(std::uint32_t field, const ProtobufMessage& value) {
        return text(field, value.bytes_);
    }
    [[nodiscard]] const std::string& bytes() const { return bytes_; }

private:
    static constexpr std::uint32_t wire_varint = 0, wire_length = 2, wire_fixed32 = 5;

    /// Seven bits a byte, the lowest first; the eighth says that there are more.
    void varint(std::uint64_t value) {
        for (; value >= 0x80; value >>= 7) {
            bytes_ += static_cast<char>((value & 0x7f) | 0x80);
        }
        bytes_ += static_cast<char>(value);
    }

    std::string bytes_;
};

} // namespace fedmrn
