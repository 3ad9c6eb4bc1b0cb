// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "fedmrn/tensor.hpp"

#pragma GCC visibility push(default)
namespace fedmrn {

/// What a column holds for every sample: a row, a fixed number of rows (rows = tokens(T)), or one
/// to `each` of them (rows = ragged(each)).
struct ColumnType {
    std::string name;
    Tensor tensor;           ///< of one row; its element is u8, u16, i32 or f32
    std::uint32_t below = 0; ///< its integers are 0 … below − 1; 0: it does not say
    bool operator==(const ColumnType&) const = default;
};

/// "x 28x28x1 u8, label one u16": for messages.
std::string text_of(const ColumnType& type);

/// A column of a split: a type and the values of all samples, rows one after the other. Copies
/// share the values, which nothing writes.
struct Column : ColumnType {
    template <class T>
    static constexpr bool is_element =
        std::is_same_v<T, std::uint8_t> || std::is_same_v<T, std::uint16_t> ||
        std::is_same_v<T, std::int32_t> || std::is_same_v<T, float>;
    template <class T>
    static constexpr Element element = std::is_same_v<T, std::uint8_t>    ? Element::u8
                                       : std::is_same_v<T, std::uint16_t> ? Element::u16
                                       : std::is_same_v<T, std::int32_t>  ? Element::i32
                                                                          : Element::f32;

    Column() = default;
    /// Values that it keeps. row.element becomes T's. starts: of ragged rows, the first row of each
    /// sample, and how many there are at the end.
    template <class T>
    Column(std::string column, Tensor row, std::vector<T> kept,
           std::vector<std::uint64_t> starts = {}, std::uint32_t limit = 0) {
        struct Both {
            std::vector<T> values;
            std::vector<std::uint64_t> offsets;
        };
        const auto both = std::make_shared<const Both>(Both{std::move(kept), std::move(starts)});
        *this = of(std::move(column), std::move(row), std::span<const T>(both->values),
                   both->offsets, both, limit);
    }
    /// Values that are somebody else's, not copied: `kept` holds them, or whoever calls does as
    /// long as the data set is used.
    template <class T>
    [[nodiscard]] static Column of(std::string column, Tensor row, std::span<const T> borrowed,
                                   std::span<const std::uint64_t> starts = {},
                                   std::shared_ptr<const void> kept = {}, std::uint32_t limit = 0) {
        static_assert(is_element<T>);
        Column made;
        made.name = std::move(column);
        made.tensor = std::move(row);
        made.tensor.element = element<T>;
        made.below = limit;
        made.values = std::as_bytes(borrowed);
        made.offsets = starts;
        made.owner = std::move(kept);
        return made;
    }

    [[nodiscard]] std::size_t samples() const;
    /// All its values. Throws Error where they are of another type.
    template <class T> [[nodiscard]] std::span<const T> as() const {
        static_assert(is_element<T>);
        require(element<T>);
        return {reinterpret_cast<const T*>(values.data()), values.size() / sizeof(T)};
    }

    std::span<const std::byte> values;
    std::span<const std::uint64_t> offsets; ///< ragged: samples + 1, in rows, the first one 0
    /// A byte is read as a real (byte / 255 − mean[c]) / deviation[c]; one a channel, which is the
    /// innermost side of a row. None: byte / 255.
    std::vector<float> mean, deviation;
    std::shared_ptr<const void> owner;

private:
    void require(Element wanted) const;
};

/// Samples: the same number in every column.
struct Split {
    std::vector<Column> columns;
    [[nodiscard]] std::size_t samples() const;
    [[nodiscard]] const Column* find(std::string_view name) const; ///< null: there is none
    /// Throws Error that names those that there are.
    [[nodiscard]] const Column& column(std::string_view name) const;
};

/// What a model is made for: the columns that a data set has.
struct DataShape {
    std::vector<ColumnType> columns;
    std::string label = "label"; ///< the column of classes
    std::uint32_t classes = 0;   ///< 0: there is no such column
    [[nodiscard]] const ColumnType* find(std::string_view name) const; ///< null: there is none
    /// Throws Error that names those that there are.
    [[nodiscard]] const ColumnType& column(std::string_view name) const;
};

/// All of them, comma by comma; "none": for messages.
std::string text_of(const DataShape& shape);

} // namespace fedmrn
#pragma GCC visibility pop
