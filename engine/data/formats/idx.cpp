// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#include "engine/data/formats/idx.hpp"

#include <array>
#include <span>

#include <fmt/format.h>

#include "engine/base/words.hpp"
#include "engine/data/formats/byte_reader.hpp"
#include "fedmrn/error.hpp"

namespace fedmrn {
namespace {

constexpr std::uint32_t unsigned_byte = 0x08; // element type

[[noreturn]] void fail(const ByteReader& file, const std::string& found) {
    throw Error(fmt::format("{}: {}", file.path(), found));
}

std::uint32_t big_endian(ByteReader& file, const char* what) {
    std::array<std::uint8_t, 4> b{};
    if (const std::size_t got = file.read(b); got < b.size()) {
        fail(file, fmt::format("truncated: ends after {} bytes of {}, expected 4", got, what));
    }
    return std::uint32_t{b[0]} << 24 | std::uint32_t{b[1]} << 16 | std::uint32_t{b[2]} << 8 | b[3];
}

void check_magic(ByteReader& file, std::uint32_t dimensions) {
    const std::uint32_t magic = big_endian(file, "the IDX magic number");
    const std::uint32_t expected = unsigned_byte << 8 | dimensions;
    if (magic >> 16 != 0) {
        fail(file, fmt::format("magic number {:#010x}, expected {:#010x}: not an IDX file", magic,
                               expected));
    }
    if (magic >> 8 != unsigned_byte) {
        fail(file, fmt::format("element type {:#04x}, expected {:#04x} (unsigned bytes)",
                               magic >> 8, unsigned_byte));
    }
    if ((magic & 0xff) != dimensions) {
        fail(file, fmt::format("{}, expected {}", plural(magic & 0xff, "dimension"), dimensions));
    }
}

/// Reads a whole file with that many dimensions; returns its elements.
std::vector<std::uint8_t> read_idx(ByteReader& file, std::span<std::uint32_t> dimensions) {
    check_magic(file, static_cast<std::uint32_t>(dimensions.size()));
    std::uint64_t total = 1;
    std::string product;
    for (std::uint32_t& size : dimensions) {
        size = big_endian(file, "a dimension");
        product += (product.empty() ? "" : " × ") + std::to_string(size);
        if (size == 0) fail(file, fmt::format("dimensions {}, expected none to be 0", product));
        if (total > file.bound() / size) { // by division: the product of three can overflow
            fail(file, fmt::format("dimensions {} announce more than the {} bytes that a file of "
                                   "this size can hold: truncated, or an impossible count",
                                   product, file.bound()));
        }
        total *= size;
    }
    const std::string expected =
        dimensions.size() == 1 ? product : fmt::format("{} = {}", product, total);
    std::vector<std::uint8_t> elements = file.read_up_to(total);
    if (elements.size() < total) {
        fail(file, fmt::format("truncated: {} after the header, expected {}",
                               plural(elements.size(), "byte"), expected));
    }
    std::array<std::uint8_t, 1> beyond{};
    if (file.read(beyond) != 0) {
        fail(file,
             fmt::format("bytes follow the last element, expected {} after the header", expected));
    }
    return elements;
}

} // namespace

IdxImages read_idx_images(const std::string& path) {
    ByteReader file(path);
    std::array<std::uint32_t, 3> size{};
    std::vector<std::uint8_t> pixels = read_idx(file, size);
    return {size[0], size[1], size[2], std::move(pixels)};
}

std::vector<std::uint16_t> read_idx_labels(const std::string& path, std::uint32_t classes,
                                           std::uint32_t first) {
    ByteReader file(path);
    std::array<std::uint32_t, 1> size{};
    const std::vector<std::uint8_t> bytes = read_idx(file, size);
    std::vector<std::uint16_t> labels;
    labels.reserve(bytes.size());
    for (std::size_t i = 0; i < bytes.size(); ++i) {
        if (bytes[i] < first || bytes[i] - first >= classes) {
            fail(file,
                 fmt::format("label {} of sample {}, expected a label {}", bytes[i], i,
                             first == 0 ? fmt::format("below {}", classes)
                                        : fmt::format("in {} … {}", first, first + classes - 1)));
        }
        labels.push_back(static_cast<std::uint16_t>(bytes[i] - first));
    }
    return labels;
}

} // namespace fedmrn
