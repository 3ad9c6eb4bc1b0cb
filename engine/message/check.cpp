// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#include "engine/message/check.hpp"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstring>

#include <fmt/format.h>

#include "engine/message/wire.hpp"

namespace fedmrn::wire {
namespace {

void check_spare_bits(const MessageView& message) {
    std::size_t word = 0;
    for (std::size_t t = 0; t < message.tensors.size(); ++t) {
        const TensorEntry& entry = message.tensors[t];
        word += packed_words(entry);
        const auto used = entry.elements % 32;
        for (unsigned plane = 0; used != 0 && plane < code_bits(entry.encoding); ++plane)
            if (message.packed[word - 1 - plane] >> used != 0)
                reject(fmt::format("tensor {}: bits past the last of {} codes are set", t,
                                   entry.elements));
    }
}

void check_sparse(const MessageView& message, std::size_t word) {
    for (std::size_t t = 0; t < message.tensors.size(); ++t) {
        const TensorEntry& entry = message.tensors[t];
        if (entry.encoding != Encoding::sparse) continue;
        std::uint64_t set = 0;
        for (const std::size_t end = word + sparse_words(entry); word < end; ++word)
            set += static_cast<unsigned>(std::popcount(message.mask[word]));
        if (const auto used = entry.elements % 32; used != 0 && message.mask[word - 1] >> used != 0)
            reject(fmt::format("tensor {}: bits past the last of {} elements are set", t,
                               entry.elements));
        if (set != entry.ones)
            reject(fmt::format("tensor {}: {} elements are set, expected {}", t, set, entry.ones));
    }
}

void check_scales(const MessageView& message, Fault fault) {
    std::size_t scale = 0;
    for (std::size_t t = 0; t < message.tensors.size(); ++t) {
        for (const std::size_t end = scale + message.tensors[t].scales(); scale < end; ++scale) {
            const float value = message.scales[scale];
            if (!std::isfinite(value))
                reject(fmt::format("tensor {}: its scale is {}, expected a finite number", t,
                                   std::isnan(value) ? "nan" : "infinite"),
                       fault);
        }
    }
}

} // namespace

void check_values(const MessageView& message, const Extent& extent, Fault not_finite) {
    if (!std::isfinite(message.parameter))
        reject("the method's parameter is not a finite number", not_finite);
    if (message.samples < 1 || message.samples > max_samples)
        reject(fmt::format("impossible count, {} samples, expected 1 to 2^40", message.samples));
    if (const auto words = extent.mask_words() + extent.sparse_words; message.mask.size() != words)
        reject(fmt::format("{} mask words, the table needs {}", message.mask.size(), words));
    if (message.packed.size() != extent.packed_words)
        reject(fmt::format("{} words of codes, the table needs {}", message.packed.size(),
                           extent.packed_words));
    if (message.scales.size() != extent.scales)
        reject(fmt::format("{} scales, the table needs {}", message.scales.size(), extent.scales));
    if (message.dense.size() != extent.dense)
        reject(fmt::format("{} float32 values, the table needs {}", message.dense.size(),
                           extent.dense));
    if (const auto used = extent.masked % 32;
        used != 0 && message.mask[extent.mask_words() - 1] >> used != 0)
        reject(fmt::format("mask bits past the last of {} elements are set", extent.masked));
    check_sparse(message, extent.mask_words());
    check_spare_bits(message);
    check_scales(message, not_finite);
}

bool finite(std::span<const std::byte> values) {
    constexpr std::uint32_t exponent = 0x7F800000;
    std::uint32_t found = 0; // without a branch, so that it runs as fast as memory is read
    for (std::size_t at = 0; at < values.size(); at += sizeof(float)) {
        std::uint32_t value = 0;
        std::memcpy(&value, values.data() + at, sizeof value);
        found |= (value & exponent) == exponent ? 1U : 0U;
    }
    return found == 0;
}

void reject_not_finite(const MessageView& message, Fault not_finite) {
    const auto first =
        std::ranges::find_if_not(message.dense, [](float v) { return std::isfinite(v); });
    auto element = static_cast<std::size_t>(first - message.dense.begin());
    std::size_t tensor = 0;
    for (; tensor < message.tensors.size(); ++tensor) {
        const auto& [encoding, elements, ones] = message.tensors[tensor];
        if (encoding != Encoding::float32) continue;
        if (element < elements) break;
        element -= elements;
    }
    reject(fmt::format("tensor {}: element {} is {}, expected a finite number", tensor, element,
                       std::isnan(*first) ? "nan" : "infinite"),
           not_finite);
}

} // namespace fedmrn::wire
