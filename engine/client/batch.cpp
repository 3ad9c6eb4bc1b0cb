// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#include "engine/client/batch.hpp"

namespace fedmrn {
namespace {

void fill(Device& device, const InputFill& fill, kernels::SplitView view, const BatchSource& source,
          std::size_t lanes, DevicePointer<const LaneState> states, Network& network) {
    view.order = source.order;
    view.shuffled = source.shuffled;
    view.augmented = source.augmented && view.width != 0;
    kernels::gather_batch(device, view, lanes, network.batch(), states, network.real(),
                          network.input_at(fill.input),
                          view.labels ? network.input_at(fill.label).as<std::uint16_t>() : nullptr);
}

void fill(Device& device, const InputFill& fill, kernels::RowsView view, const BatchSource& source,
          std::size_t lanes, DevicePointer<const LaneState> states, Network& network) {
    view.order = source.order;
    view.shuffled = source.shuffled;
    const Tensor& input = network.tensor_at(fill.input);
    view.to = input.element;
    const DevicePointer<void> to = network.input_at(fill.input);
    if (input.rows.ragged) {
        kernels::gather_ragged(device, view, lanes, network.batch(), states, to,
                               network.counts(input.rows));
    } else {
        kernels::gather_rows(device, view, lanes, network.batch(), states, to);
    }
}

} // namespace

void fill_batch(Device& device, const BatchSource& source, std::size_t lanes,
                DevicePointer<const LaneState> states, Network& network) {
    for (const InputFill& one : source.fills) {
        std::visit(
            [&](const auto& view) { fill(device, one, view, source, lanes, states, network); },
            one.view);
    }
}

} // namespace fedmrn
