// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/message/packing.hpp"

namespace fedmrn {

/// An entropy coder of what a method's bits are likely to be: masks under the noise that their seed
/// draws, codes of a few bits. Floats, positions and what gets no shorter stay as they are.
class RansPacking final : public Packing {
public:
    static constexpr std::uint8_t wire = 2; ///< its number

    [[nodiscard]] std::uint8_t number() const override { return wire; }
    [[nodiscard]] const char* name() const override { return "rans"; }
    [[nodiscard]] std::vector<std::byte> pack(std::span<const std::byte> bytes) const override;
    [[nodiscard]] bool unpack(std::span<const std::byte> packed,
                              std::span<std::byte> bytes) const override;
    [[nodiscard]] std::uint64_t most(std::uint64_t packed) const override;
    [[nodiscard]] std::vector<PackedPart> parts(std::span<const std::byte> packed) const override;
    /// All but masks and codes; nothing of messages with positions, whose length varies.
    [[nodiscard]] std::optional<std::uint64_t>
    stays(std::span<const TensorEntry> table) const override;
};

} // namespace fedmrn
