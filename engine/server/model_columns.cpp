// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#include "engine/server/model_columns.hpp"

#include <algorithm>

#include "fedmrn/error.hpp"
#include "kernels/elements.hpp"

namespace fedmrn {
namespace {

std::vector<std::size_t> without_ones(std::vector<std::size_t> shape) {
    std::erase(shape, std::size_t{1});
    return shape;
}

bool fits(const Tensor& column, const Tensor& input) {
    const Element wanted = input.element == Element::real ? Element::f32 : input.element;
    return column.rows == input.rows && without_ones(column.shape) == without_ones(input.shape) &&
           (kernels::read_as(column.element, wanted) || reads_bytes_as_reals(column, input));
}

} // namespace

/// A ragged row has no reading by channels.
bool reads_bytes_as_reals(const Tensor& column, const Tensor& input) {
    return column.element == Element::u8 && input.element == Element::real && !column.rows.ragged;
}

void require_columns(const Model& model, const Dataset& dataset) {
    const DataShape data = dataset.shape();
    for (const Model::Input& input : model.inputs) {
        const Tensor& wanted = model.values[input.value];
        const ColumnType* column = data.find(input.name);
        const std::string who = "model " + model.name + ": input " + input.name + ": expected ";
        if (column == nullptr || !fits(column->tensor, wanted)) {
            throw Error(who + "a column of " + text_of(wanted) + ", data set " + dataset.name +
                        " has the columns " + text_of(data));
        }
        const std::uint32_t below = model.below(input.value);
        if (below != 0 && (column->below == 0 || column->below > below)) {
            throw Error(who + "integers below " + std::to_string(below) + ", those of data set " +
                        dataset.name + " are " +
                        (column->below == 0 ? "without a limit"
                                            : "below " + std::to_string(column->below)));
        }
    }
}

} // namespace fedmrn
