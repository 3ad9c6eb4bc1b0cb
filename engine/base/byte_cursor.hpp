// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bit>
#include <cassert>
#include <cstddef>
#include <cstring>
#include <span>
#include <type_traits>

namespace fedmrn {

static_assert(std::endian::native == std::endian::little,
              "messages are little endian and copied as they lie in memory");

/// Reads forward through bytes. Whoever calls has checked that left() suffices.
class ByteReader {
public:
    explicit ByteReader(std::span<const std::byte> bytes) : rest_(bytes) {}
    [[nodiscard]] std::size_t left() const { return rest_.size(); }

    template <class T> void get(std::span<T> values) {
        static_assert(std::is_trivially_copyable_v<T>);
        assert(values.size_bytes() <= left());
        if (values.empty()) return; // memcpy may not be given the null of an empty vector
        std::memcpy(values.data(), rest_.data(), values.size_bytes());
        rest_ = rest_.subspan(values.size_bytes());
    }
    template <class T> T get() {
        T value;
        get(std::span<T>(&value, 1));
        return value;
    }

private:
    std::span<const std::byte> rest_;
};

/// Writes forward into a buffer of the right size.
class ByteWriter {
public:
    explicit ByteWriter(std::span<std::byte> bytes) : rest_(bytes) {}
    [[nodiscard]] std::size_t left() const { return rest_.size(); }

    template <class T> void put(std::span<const T> values) {
        static_assert(std::is_trivially_copyable_v<T>);
        assert(values.size_bytes() <= left());
        if (values.empty()) return;
        std::memcpy(rest_.data(), values.data(), values.size_bytes());
        rest_ = rest_.subspan(values.size_bytes());
    }
    template <class T> void put(const T& value) { put(std::span<const T>(&value, 1)); }
    void skip(std::size_t bytes) { rest_ = rest_.subspan(bytes); }

private:
    std::span<std::byte> rest_;
};

} // namespace fedmrn
