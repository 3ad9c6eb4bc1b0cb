// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#include <cstdint>
#include <limits>
#include <string>

#include <fmt/format.h>

#include "fedmrn/dataset.hpp"
#include "fedmrn/error.hpp"

namespace fedmrn {
namespace {

/// A column and where it is, for errors.
struct Where {
    const Dataset& dataset;
    const char* split;
    const Column& column;

    [[noreturn]] void fail(const std::string& found) const {
        throw Error(fmt::format("data set {}, {} samples, column {}: {}", dataset.name, split,
                                column.name, found));
    }
};

void check_type(const Where& where) {
    const Tensor& tensor = where.column.tensor;
    if (where.column.name.empty()) {
        where.fail("has no name");
    }
    const bool known = tensor.element == Element::u8 || tensor.element == Element::u16 ||
                       tensor.element == Element::i32 || tensor.element == Element::f32;
    if (!known || tensor.elements() == 0 || tensor.rows.each == 0 ||
        tensor.rows.per == Rows::Per::lane) {
        where.fail(fmt::format("{}, expected elements u8, u16, i32 or f32 for each sample or token",
                               text_of(tensor)));
    }
}

/// Where the rows of each sample begin.
void check_offsets(const Where& where, std::size_t rows) {
    const std::span<const std::uint64_t> offsets = where.column.offsets;
    const std::size_t each = where.column.tensor.rows.each;
    if (offsets.empty() || offsets.front() != 0 || offsets.back() != rows) {
        where.fail(fmt::format("offsets from {} to {}, expected them from 0 to its {} rows",
                               offsets.empty() ? 0 : offsets.front(),
                               offsets.empty() ? 0 : offsets.back(), rows));
    }
    for (std::size_t i = 1; i < offsets.size(); ++i) {
        if (offsets[i] <= offsets[i - 1] || offsets[i] - offsets[i - 1] > each) {
            where.fail(fmt::format("sample {} has the rows from {} to {}, expected 1 to {} rows",
                                   i - 1, offsets[i - 1], offsets[i], each));
        }
    }
}

void check_sizes(const Where& where, std::size_t samples) {
    const Column& column = where.column;
    const std::size_t size = size_of(column.tensor.element);
    const std::size_t row = column.tensor.elements() * size;
    const std::size_t sample = column.tensor.rows.ragged ? row : row * column.tensor.rows.each;
    if (column.values.size() % sample != 0) {
        where.fail(fmt::format("{} bytes of values, expected a multiple of the {} of a {}",
                               column.values.size(), sample,
                               column.tensor.rows.ragged ? "row" : "sample"));
    }
    if (reinterpret_cast<std::uintptr_t>(column.values.data()) % size != 0) {
        where.fail(fmt::format("values at an address that is no multiple of the {} bytes of an "
                               "element",
                               size));
    }
    if (column.tensor.rows.ragged) {
        check_offsets(where, column.values.size() / row);
    } else if (!column.offsets.empty()) {
        where.fail("has offsets, which only ragged rows have");
    }
    if (column.samples() != samples) {
        where.fail(fmt::format("{} samples, expected {}, as many as column {} has",
                               column.samples(), samples,
                               where.dataset.train.columns.front().name));
    }
}

void check_reading(const Where& where) {
    const Column& column = where.column;
    const std::size_t channels = column.tensor.shape.empty() ? 1 : column.tensor.shape.back();
    const bool bytes = column.tensor.element == Element::u8;
    if (column.mean.size() != column.deviation.size() ||
        (!column.mean.empty() && (!bytes || column.mean.size() != channels))) {
        where.fail(fmt::format("{} means and {} deviations, expected none{}", column.mean.size(),
                               column.deviation.size(),
                               bytes ? fmt::format(" or {}, one a channel", channels) : ""));
    }
}

template <class T> void check_integers(const Where& where) {
    const std::span<const T> values = where.column.as<T>();
    const std::int64_t below = where.column.below;
    const std::size_t sample = where.column.tensor.elements() * where.column.tensor.rows.each;
    for (std::size_t i = 0; i < values.size(); ++i) {
        if (values[i] < T{0} || values[i] >= below) {
            const bool ragged = where.column.tensor.rows.ragged;
            where.fail(
                fmt::format("{} in {} {}, expected 0 to {}", values[i], ragged ? "row" : "sample",
                            i / (ragged ? where.column.tensor.elements() : sample), below - 1));
        }
    }
}

void check_values(const Where& where) {
    if (where.column.below == 0) {
        return;
    }
    switch (where.column.tensor.element) {
    case Element::u8:
        return check_integers<std::uint8_t>(where);
    case Element::u16:
        return check_integers<std::uint16_t>(where);
    case Element::i32:
        return check_integers<std::int32_t>(where);
    default:
        where.fail(fmt::format("says that its values are below {}, which integers alone can be",
                               where.column.below));
    }
}

void check_label(const Where& where) {
    const Tensor& tensor = where.column.tensor;
    if (tensor.element != Element::u16 || tensor.elements() != 1 || tensor.rows != Rows{} ||
        where.column.below == 0) {
        where.fail(fmt::format("{} below {}, expected a class a sample: one u16, and how many "
                               "classes there are",
                               text_of(tensor), where.column.below));
    }
}

/// Ragged rows of as many places are rows of one axis, which has one count.
void check_axis(const Where& where, std::span<const Column> before) {
    for (const Column& other : before) {
        if (where.column.tensor.rows.ragged && other.tensor.rows == where.column.tensor.rows &&
            !std::equal(other.offsets.begin(), other.offsets.end(), where.column.offsets.begin(),
                        where.column.offsets.end())) {
            where.fail(fmt::format("other rows a sample than column {}, expected the same where "
                                   "both have up to {}",
                                   other.name, other.tensor.rows.each));
        }
    }
}

void check_split(const Dataset& dataset, const Split& split, const char* name) {
    const std::span<const Column> columns = split.columns;
    if (split.samples() > std::numeric_limits<std::uint32_t>::max()) {
        throw Error(fmt::format("data set {}: {} {} samples, expected fewer than 2^32",
                                dataset.name, split.samples(), name));
    }
    for (std::size_t i = 0; i < columns.size(); ++i) {
        const Where where{dataset, name, columns[i]};
        check_type(where);
        if (split.find(columns[i].name) != &columns[i]) {
            where.fail("there is another of this name");
        }
        check_sizes(where, split.samples());
        check_reading(where);
        check_values(where);
        check_axis(where, columns.first(i));
        if (columns[i].name == dataset.label) {
            check_label(where);
        }
    }
}

void check_alike(const Dataset& dataset) {
    const auto &train = dataset.train.columns, &test = dataset.test.columns;
    if (train.size() != test.size()) {
        throw Error(fmt::format("data set {}: {} columns of training samples, {} of test samples, "
                                "expected as many",
                                dataset.name, train.size(), test.size()));
    }
    for (std::size_t i = 0; i < train.size(); ++i) {
        const ColumnType &here = train[i], &there = test[i];
        if (here != there) {
            throw Error(fmt::format("data set {}, test samples, column {} below {}: expected "
                                    "{} below {}, as among the training samples",
                                    dataset.name, text_of(there), there.below, text_of(here),
                                    here.below));
        }
    }
}

} // namespace

void check(const Dataset& dataset) {
    check_split(dataset, dataset.train, "training");
    check_split(dataset, dataset.test, "test");
    check_alike(dataset);
}

} // namespace fedmrn
