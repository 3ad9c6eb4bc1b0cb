// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <stdexcept>

#include "fedmrn/tensor.hpp"
#include "kernels/formula/bf16.hpp"

namespace fedmrn::kernels {

/// Whether a column's elements are read as those, one by one.
constexpr bool read_as(Element from, Element to) {
    switch (to) {
    case Element::i32:
        return from == Element::u8 || from == Element::u16 || from == Element::i32;
    case Element::bf16:
        return from == Element::f32;
    default:
        return from == to && (from == Element::u8 || from == Element::u16 || from == Element::f32);
    }
}

/// Calls body.operator()<From, To>() for elements of which the first is read as the second.
template <class Body> void with_elements(Element from, Element to, const Body& body) {
    if (!read_as(from, to)) {
        throw std::logic_error("elements that are not read as one another");
    }
    const auto token = [&]<class From>() { body.template operator()<From, std::int32_t>(); };
    if (to == Element::i32) {
        from == Element::u8    ? token.template operator()<std::uint8_t>()
        : from == Element::u16 ? token.template operator()<std::uint16_t>()
                               : token.template operator()<std::int32_t>();
    } else if (to == Element::u8) {
        body.template operator()<std::uint8_t, std::uint8_t>();
    } else if (to == Element::u16) {
        body.template operator()<std::uint16_t, std::uint16_t>();
    } else if (to == Element::f32) {
        body.template operator()<float, float>();
    } else {
        body.template operator()<float, formula::Bf16>();
    }
}

} // namespace fedmrn::kernels
