// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#include "engine/data/formats/npy.hpp"

#include <algorithm>
#include <charconv>
#include <string_view>

#include <fmt/format.h>

#include "fedmrn/error.hpp"

namespace fedmrn {
namespace {

constexpr std::string_view magic = "\x93NUMPY";

/// What follows 'key': in the header's dictionary, blanks left out; "" where there is no such key.
std::string_view value_of(std::string_view header, std::string_view key) {
    const std::size_t at = header.find(fmt::format("'{}':", key));
    if (at == std::string_view::npos) return "";
    header.remove_prefix(at + key.size() + 3);
    header.remove_prefix(std::min(header.find_first_not_of(' '), header.size()));
    return header;
}

/// (), (3,), (3, 28, 28)
bool parse_shape(std::string_view text, std::vector<std::uint64_t>& shape) {
    if (!text.starts_with('(')) return false;
    const std::size_t close = text.find(')');
    if (close == std::string_view::npos) return false;
    text = text.substr(1, close - 1);
    while (!text.empty()) {
        std::uint64_t size = 0;
        const char* end = text.data() + text.size();
        const auto [stop, failed] = std::from_chars(text.data(), end, size);
        if (failed != std::errc() || (stop != end && *stop != ',')) return false;
        shape.push_back(size);
        text.remove_prefix(static_cast<std::size_t>(stop - text.data()));
        text.remove_prefix(std::min(text.find_first_not_of(", "), text.size()));
    }
    return true;
}

} // namespace

std::size_t NpyArray::item() const {
    if (type.size() != 3 || type.find_first_of("iufb", 1) != 1) return 0;
    const char digit = type[2];
    return digit >= '1' && digit <= '8' ? static_cast<std::size_t>(digit - '0') : 0;
}

NpyArray parse_npy(std::span<const std::uint8_t> bytes, const std::string& where) {
    const auto fail = [&](const std::string& found) {
        throw Error(fmt::format("{}: {}", where, found));
    };
    const std::string_view text(reinterpret_cast<const char*>(bytes.data()), bytes.size());
    if (!text.starts_with(magic))
        fail("no NumPy magic, expected an array as numpy.savez writes it");
    constexpr std::size_t version_at = 6, length_at = 8;
    const std::size_t length_bytes = text.size() > version_at && bytes[version_at] > 1 ? 4 : 2;
    if (bytes.size() < length_at + length_bytes) fail("truncated in the array's header");
    if (bytes[version_at] < 1 || bytes[version_at] > 3) {
        fail(fmt::format("array format {}, expected 1 to 3", bytes[version_at]));
    }
    std::size_t length = 0;
    for (std::size_t i = length_bytes; i-- > 0;) {
        length = length << 8 | bytes[length_at + i];
    }
    NpyArray array;
    array.header = length_at + length_bytes + length;
    if (array.header > bytes.size()) fail("truncated in the array's header");
    const std::string_view header = text.substr(length_at + length_bytes, length);

    std::string_view type = value_of(header, "descr");
    const std::size_t quote = type.starts_with('\'') ? type.find('\'', 1) : std::string_view::npos;
    if (quote == std::string_view::npos) fail("no plain element type, expected numbers");
    array.type = type.substr(1, quote - 1);
    if (array.item() == 0) fail(fmt::format("elements of type {}, expected numbers", array.type));
    if (!parse_shape(value_of(header, "shape"), array.shape)) fail("no shape in the header");
    if (!value_of(header, "fortran_order").starts_with("False")) {
        fail("Fortran order, expected C order (numpy.ascontiguousarray)");
    }
    const std::uint64_t held = bytes.size() - array.header;
    std::uint64_t expected = array.item();
    for (const std::uint64_t size : array.shape) {
        // By division: the product can overflow.
        if (size != 0 && expected > held / size)
            expected = held + 1;
        else
            expected *= size;
    }
    if (expected != held) {
        fail(fmt::format("{} bytes of elements do not fit the shape ({}) of type {}", held,
                         fmt::join(array.shape, ", "), array.type));
    }
    return array;
}

} // namespace fedmrn
