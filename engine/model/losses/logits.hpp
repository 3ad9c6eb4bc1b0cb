// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "fedmrn/error.hpp"
#include "fedmrn/loss.hpp"
#include "kernels/loss.hpp"

namespace fedmrn {

/// Throws Error unless these are logits and a label for each row of them.
inline void check_logits(std::span<const Tensor> in) {
    if (in.size() != 2) {
        throw Error("expected logits and labels, found " + std::to_string(in.size()) + " values");
    }
    if (in[0].element != Element::f32) {
        throw Error("expected float32 logits, as a linear layer gives them, found " +
                    text_of(in[0]));
    }
    if (in[1].element != Element::u16 || in[1].elements() != 1) {
        throw Error("expected a label a row, found " + text_of(in[1]));
    }
    if (in[0].rows != in[1].rows) {
        throw Error("logits and labels of other rows: " + text_of(in[0]) + ", " + text_of(in[1]));
    }
}

/// Labels are places among the logits.
inline std::uint32_t label_below(std::span<const Tensor> in, std::size_t input) {
    return input == 1 ? static_cast<std::uint32_t>(in[0].elements()) : 0;
}

/// One contract tallies cross-entropy and hits. gradient: null: not wanted.
inline void compare(Context& context, const LossArgs& args, DevicePointer<void> gradient) {
    const Place& logits = args.in[0];
    kernels::cross_entropy(context.device, context.lanes, logits.room, logits.tensor.elements(),
                           logits.rows, args.x[0].as<const float>(),
                           args.x[1].as<const std::uint16_t>(), gradient.as<float>(), args.tallies);
}

// Kinds of metrics that the cross-entropy counts along.
inline constexpr const char* top1_kind = "top1";
inline constexpr const char* perplexity_kind = "perplexity";

} // namespace fedmrn
