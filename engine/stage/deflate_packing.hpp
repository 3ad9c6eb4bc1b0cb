// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/message/packing.hpp"

namespace fedmrn {

/// DEFLATE (RFC 1951) by zlib, one stream without a header of its own.
class DeflatePacking final : public Packing {
public:
    static constexpr std::uint8_t wire = 1; ///< its number

    /// level: 1, fast, to 9, small. Any level unpacks what another has packed.
    explicit DeflatePacking(int level = 6) : level_(level) {}
    [[nodiscard]] std::uint8_t number() const override { return wire; }
    [[nodiscard]] const char* name() const override { return "deflate"; }
    [[nodiscard]] std::vector<std::byte> pack(std::span<const std::byte> bytes) const override;
    [[nodiscard]] bool unpack(std::span<const std::byte> packed,
                              std::span<std::byte> bytes) const override;
    [[nodiscard]] std::uint64_t most(std::uint64_t packed) const override;

private:
    int level_;
};

} // namespace fedmrn
