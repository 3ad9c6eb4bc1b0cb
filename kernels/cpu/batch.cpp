// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#include "kernels/batch.hpp"

#include <vector>

#include "kernels/formula/augment.hpp"
#include "kernels/formula/batch_order.hpp"
#include "kernels/formula/bf16.hpp"

namespace fedmrn::kernels::cpu {
namespace {

/// byte · scale + shift over one sample, the channel innermost; fixed: their number, known to the
/// compiler, or 0.
template <std::size_t fixed, class T>
void normalise(const SplitView& split, const std::uint8_t* __restrict__ bytes,
               T* __restrict__ out) {
    const std::size_t channels = fixed != 0 ? fixed : split.channels;
    const float* __restrict__ scale = split.scale.get();
    const float* __restrict__ shift = split.shift.get();
    for (std::size_t i = 0; i < split.sample_size; i += channels) {
        for (std::size_t c = 0; c < channels; ++c) {
            const float value = static_cast<float>(bytes[i + c]) * scale[c] + shift[c];
            out[i + c] = formula::from_float<T>(value);
        }
    }
}

/// An augmented image's bytes.
void cut(const SplitView& split, const formula::Augment& augment, const std::uint8_t* bytes,
         std::vector<std::uint8_t>& piece) {
    const std::size_t channels = split.channels;
    const auto width = static_cast<std::uint32_t>(split.width);
    const auto height = static_cast<std::uint32_t>(split.sample_size / (width * channels));
    piece.assign(split.sample_size, 0);
    std::uint8_t* to = piece.data();
    for (std::uint32_t h = 0; h < height; ++h) {
        const std::uint32_t row = formula::source_row(augment, h);
        for (std::uint32_t w = 0; w < width; ++w, to += channels) {
            const std::uint32_t column = formula::source_column(augment, w, width);
            if (row < height && column < width) {
                const std::uint8_t* from = bytes + (std::size_t{row} * width + column) * channels;
                for (std::size_t c = 0; c < channels; ++c) {
                    to[c] = from[c];
                }
            }
        }
    }
}

template <class T>
void gather_lane(const SplitView& split, std::size_t batch, const LaneState& state, T* x,
                 std::uint16_t* labels) {
    const formula::BatchOrder order =
        formula::batch_order(state, static_cast<std::uint32_t>(batch), split.shuffled);
    std::vector<std::uint8_t> piece;
    for (std::uint32_t row = 0; row < state.samples; ++row) {
        const std::uint32_t position = formula::position_of(order, row);
        const std::uint64_t sample = formula::sample_at(state, split.order.get(), position);
        const std::uint8_t* pixels = split.pixels.get() + sample * split.sample_size;
        if (split.augmented) {
            cut(split, formula::augment(state.seed, order.epoch, position), pixels, piece);
            pixels = piece.data();
        }
        if (split.channels == 1) {
            normalise<1>(split, pixels, x + row * split.sample_size);
        } else {
            normalise<0>(split, pixels, x + row * split.sample_size);
        }
        if (split.labels && labels != nullptr) {
            labels[row] = split.labels.get()[sample];
        }
    }
}

void gather_batch(Device&, const SplitView& split, std::size_t lanes, std::size_t batch,
                  const LaneState* states, Real real, void* x, std::uint16_t* labels) {
    const std::size_t size = batch * split.sample_size;
    for (std::size_t lane = 0; lane < lanes; ++lane) {
        if (states[lane].samples == 0) {
            continue;
        }
        std::uint16_t* classes = labels != nullptr ? labels + lane * batch : nullptr;
        if (real == Real::f32) {
            gather_lane(split, batch, states[lane], static_cast<float*>(x) + lane * size, classes);
        } else {
            gather_lane(split, batch, states[lane], static_cast<formula::Bf16*>(x) + lane * size,
                        classes);
        }
    }
}

} // namespace

void batch_contracts(Backend& backend) { backend.set(kernels::gather_batch, gather_batch); }

} // namespace fedmrn::kernels::cpu
