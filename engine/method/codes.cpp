// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#include "engine/method/codes.hpp"

namespace fedmrn {

CodesCodec::CodesCodec(const Codes& codes, const ParameterLayout& layout, std::vector<Place> places)
    : StateCodec(layout, layout.masked), codes_(codes), places_(std::move(places)) {
    for (Place& place : places_) {
        place.word = words_;
        words_ += words_of(place.elements) * codes.bits;
        place.scale = scales_;
        scales_ += entry_of(place).scales();
    }
}

std::vector<TensorEntry> CodesCodec::packed_table(std::uint32_t /*round*/) const {
    std::vector<TensorEntry> table;
    for (const Place& place : places_) {
        table.push_back(entry_of(place));
    }
    return table;
}

} // namespace fedmrn
