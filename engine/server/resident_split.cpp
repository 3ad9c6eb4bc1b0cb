// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#include "engine/server/resident_split.hpp"

#include "engine/data/reading.hpp"
#include "engine/server/model_columns.hpp"

namespace fedmrn {
namespace {

bool is_label(const Tensor& input) {
    return input.element == Element::u16 && input.elements() == 1 && input.rows == Rows{};
}

} // namespace

template <class T>
DevicePointer<const T> ResidentSplit::keep(std::span<const T> values,
                                           const std::shared_ptr<const void>& owner) {
    if (owner && device_.kind() == DeviceKind::cpu) {
        owners_.push_back(owner);
        return DevicePointer<const T>::from_device(values.data());
    }
    kept_.emplace_back(device_, std::as_bytes(values));
    return kept_.back().data().template as<const T>();
}

kernels::SplitView ResidentSplit::bytes_of(const Column& column) {
    const std::vector<std::size_t>& shape = column.tensor.shape;
    const std::size_t channels = shape.empty() ? 1 : shape.back();
    const bool image = shape.size() == 3 && column.tensor.rows == Rows{};
    const ByteReading reading = reading_of(column);
    return {.pixels = keep(column.as<std::uint8_t>(), column.owner),
            .labels = {},
            .order = {}, // the source's
            .scale = keep(std::span<const float>(reading.scale)),
            .shift = keep(std::span<const float>(reading.shift)),
            .sample_size = column.tensor.elements() * column.tensor.rows.each,
            .channels = channels,
            .width = image ? shape[1] : 0};
}

kernels::RowsView ResidentSplit::rows_of(const Column& column) {
    const Rows& rows = column.tensor.rows;
    return {.values = keep(column.values, column.owner),
            .offsets = rows.ragged ? keep(column.offsets, column.owner) : nullptr,
            .order = {}, // the source's
            .size = column.tensor.elements() * (rows.ragged ? 1 : rows.each),
            .each = rows.each,
            .from = column.tensor.element};
}

ResidentSplit::ResidentSplit(Device& device, const Split& split, const Model& model,
                             std::span<const std::uint32_t> order)
    : device_(device), samples_(split.samples()), order_(device, order) {
    constexpr std::size_t none = static_cast<std::size_t>(-1);
    const auto input = [&](std::size_t i) -> const Tensor& {
        return model.values[model.inputs[i].value];
    };
    const auto column = [&](std::size_t i) -> const Column& {
        return split.column(model.inputs[i].name);
    };
    std::size_t bytes = none; // the first that are read as reals take the labels along
    for (std::size_t i = 0; i < model.inputs.size(); ++i) {
        if (reads_bytes_as_reals(column(i).tensor, input(i))) {
            bytes = bytes == none ? fills_.size() : bytes;
            fills_.push_back({i, 0, bytes_of(column(i))});
        }
    }
    for (std::size_t i = 0; i < model.inputs.size(); ++i) {
        if (reads_bytes_as_reals(column(i).tensor, input(i))) {
            continue;
        }
        if (bytes != none && is_label(input(i)) && column(i).tensor.element == Element::u16) {
            std::get<kernels::SplitView>(fills_[bytes].view).labels =
                keep(column(i).as<std::uint16_t>(), column(i).owner);
            fills_[bytes].label = i;
            bytes = none;
        } else {
            fills_.push_back({i, 0, rows_of(column(i))});
        }
    }
}

} // namespace fedmrn
