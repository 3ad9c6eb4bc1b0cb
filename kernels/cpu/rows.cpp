// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#include "kernels/rows.hpp"

#include <algorithm>

#include "kernels/elements.hpp"
#include "kernels/formula/batch_order.hpp"
#include "kernels/formula/element.hpp"

namespace fedmrn::kernels::cpu {
namespace {

/// Calls body(lane, sample) for the samples of all lanes' batches, in their order.
template <class Body>
void for_samples(const RowsView& view, std::size_t lanes, std::size_t batch,
                 const LaneState* states, const Body& body) {
    for (std::size_t lane = 0; lane < lanes; ++lane) {
        const LaneState& state = states[lane];
        if (state.samples == 0) {
            continue;
        }
        const formula::BatchOrder order =
            formula::batch_order(state, static_cast<std::uint32_t>(batch), view.shuffled);
        for (std::uint32_t row = 0; row < state.samples; ++row) {
            body(lane, row,
                 formula::sample_at(state, view.order.get(), formula::position_of(order, row)));
        }
    }
}

/// Elements of values from one place to another of y.
template <class From, class To>
void copy(const RowsView& view, std::size_t from, std::size_t count, void* y, std::size_t to) {
    const From* values = static_cast<const From*>(view.values.get()) + from;
    std::transform(values, values + count, static_cast<To*>(y) + to,
                   [](From v) { return formula::read_as<To, From>(v); });
}

void gather_rows(Device&, const RowsView& view, std::size_t lanes, std::size_t batch,
                 const LaneState* states, void* y) {
    with_elements(view.from, view.to, [&]<class From, class To>() {
        for_samples(view, lanes, batch, states,
                    [&](std::size_t lane, std::uint32_t row, std::uint64_t sample) {
                        copy<From, To>(view, sample * view.size, view.size, y,
                                       (lane * batch + row) * view.size);
                    });
    });
}

void gather_ragged(Device&, const RowsView& view, std::size_t lanes, std::size_t batch,
                   const LaneState* states, void* y, std::uint32_t* counts) {
    with_elements(view.from, view.to, [&]<class From, class To>() {
        std::size_t done = 0; // rows of the lane
        for_samples(view, lanes, batch, states,
                    [&](std::size_t lane, std::uint32_t row, std::uint64_t sample) {
                        done = row == 0 ? 0 : done;
                        const std::uint64_t first = view.offsets.get()[sample];
                        const std::uint64_t rows = view.offsets.get()[sample + 1] - first;
                        copy<From, To>(view, first * view.size, rows * view.size, y,
                                       (lane * batch * view.each + done) * view.size);
                        done += rows;
                        counts[lane] = static_cast<std::uint32_t>(done);
                    });
    });
}

} // namespace

void rows_contracts(Backend& backend) {
    backend.set(kernels::gather_rows, gather_rows);
    backend.set(kernels::gather_ragged, gather_ragged);
}

} // namespace fedmrn::kernels::cpu
