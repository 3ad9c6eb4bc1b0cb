// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#include "fedmrn/columns.hpp"

#include <algorithm>

#include "fedmrn/dataset.hpp"
#include "fedmrn/error.hpp"

namespace fedmrn {
namespace {

template <class Columns> auto* find_in(const Columns& columns, std::string_view name) {
    const auto found = std::find_if(columns.begin(), columns.end(),
                                    [&](const ColumnType& column) { return column.name == name; });
    return found != columns.end() ? &*found : nullptr;
}

std::vector<ColumnType> types_of(const Split& split) {
    return {split.columns.begin(), split.columns.end()};
}

} // namespace

std::string text_of(const ColumnType& type) {
    return type.name + " (" + text_of(type.tensor) + ")";
}

std::string text_of(const DataShape& shape) {
    std::string text;
    for (const ColumnType& column : shape.columns) {
        text += (text.empty() ? "" : ", ") + text_of(column);
    }
    return text.empty() ? "none" : text;
}

std::size_t Column::samples() const {
    if (tensor.rows.ragged) {
        return offsets.empty() ? 0 : offsets.size() - 1;
    }
    const std::size_t bytes = tensor.rows.each * tensor.elements() * size_of(tensor.element);
    return bytes == 0 ? 0 : values.size() / bytes;
}

void Column::require(Element wanted) const {
    if (wanted != tensor.element) {
        throw Error("column " + name + ": holds " + text_of(tensor) + ", asked for as " +
                    text_of(Tensor{{}, wanted}));
    }
}

std::size_t Split::samples() const { return columns.empty() ? 0 : columns.front().samples(); }

const Column* Split::find(std::string_view name) const { return find_in(columns, name); }

const Column& Split::column(std::string_view name) const {
    if (const Column* found = find(name)) {
        return *found;
    }
    throw Error("no column " + std::string(name) + "; there are " +
                text_of(DataShape{types_of(*this)}));
}

const ColumnType* DataShape::find(std::string_view name) const { return find_in(columns, name); }

const ColumnType& DataShape::column(std::string_view name) const {
    if (const ColumnType* found = find(name)) {
        return *found;
    }
    throw Error("no column " + std::string(name) + "; there are " + text_of(*this));
}

DataShape Dataset::shape() const { return {types_of(train), label, classes()}; }

std::uint32_t Dataset::classes() const {
    const Column* column = train.find(label);
    return column != nullptr ? column->below : 0;
}

} // namespace fedmrn
