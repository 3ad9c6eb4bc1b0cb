// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/method/state_codec.hpp"

namespace fedmrn {

/// What codecs share that send the masked elements as codes of a few bits, in places of a table
/// entry each, with a scale or without.
class CodesCodec : public StateCodec {
public:
    /// A masked tensor, or another part of the masked elements, and where its codes stand in a
    /// message.
    struct Place {
        std::size_t offset = 0, elements = 0, word = 0;
        std::size_t scale = 0; ///< the first of its scales
    };

protected:
    struct Codes {
        Stamp stamp;
        unsigned bits = 1;                ///< of a code
        Encoding kind = Encoding::scaled; ///< or packed, or bucketed
    };
    /// The places' words and scales are given here.
    CodesCodec(const Codes& codes, const ParameterLayout& layout, std::vector<Place> places);

    [[nodiscard]] const std::vector<Place>& places() const { return places_; }
    [[nodiscard]] std::size_t words() const { return words_; }   ///< of a message
    [[nodiscard]] std::size_t scales() const { return scales_; } ///< of a message

private:
    [[nodiscard]] Stamp stamp(const RoundContext& /*round*/) const final { return codes_.stamp; }
    [[nodiscard]] std::vector<TensorEntry> packed_table(std::uint32_t round) const final;

    Codes codes_;
    std::vector<Place> places_;
    [[nodiscard]] TensorEntry entry_of(const Place& place) const {
        return {packed_encoding(codes_.bits, codes_.kind), place.elements};
    }
    std::size_t words_ = 0, scales_ = 0;
};

} // namespace fedmrn
