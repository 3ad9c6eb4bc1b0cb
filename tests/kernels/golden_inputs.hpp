// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "kernels/device.hpp"
#include "kernels/formula/permutation.hpp"

/// Inputs of the golden hashes: functions of the element's index that round nothing.
namespace fedmrn::test {

inline std::uint32_t input_word(std::size_t i, std::uint32_t salt) {
    return formula::scramble(static_cast<std::uint32_t>(i) * 0x9E3779B9u + salt);
}

/// A multiple of unit (a power of two) in [−2²³, 2²³) · unit.
inline float input_value(std::size_t i, std::uint32_t salt, float unit) {
    return static_cast<float>(static_cast<std::int32_t>(input_word(i, salt) >> 8) - (1 << 23)) *
           unit;
}

inline std::vector<float> input_values(std::size_t count, std::uint32_t salt, float unit) {
    std::vector<float> values(count);
    for (std::size_t i = 0; i < count; ++i) values[i] = input_value(i, salt, unit);
    return values;
}

/// Every 13th value becomes one of `special`, in turn.
inline std::vector<float> with_special(std::vector<float> values, std::span<const float> special) {
    for (std::size_t i = 0; i < values.size(); i += 13)
        values[i] = special[i / 13 % special.size()];
    return values;
}

/// FNV-1a of 64 bits.
class Fnv {
public:
    template <class T> void add(const std::vector<T>& values) {
        const auto* bytes = reinterpret_cast<const unsigned char*>(values.data());
        for (std::size_t i = 0; i < values.size() * sizeof(T); ++i) {
            hash_ = (hash_ ^ bytes[i]) * 0x100000001b3;
        }
    }
    template <class T> void add(const Buffer<T>& buffer) { add(buffer.read()); }
    [[nodiscard]] std::uint64_t value() const { return hash_; }

private:
    std::uint64_t hash_ = 0xcbf29ce484222325;
};

template <class T> std::uint64_t hash_of(const Buffer<T>& buffer) {
    Fnv fnv;
    fnv.add(buffer);
    return fnv.value();
}

} // namespace fedmrn::test
