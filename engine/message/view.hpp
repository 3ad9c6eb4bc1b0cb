// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "fedmrn/message.hpp"

namespace fedmrn {

/// A message whose arrays stand elsewhere: in the bytes that it came in, in what a device has sent,
/// in a Message.
struct MessageView {
    MessageView() = default;
    MessageView(const Message& message)
        : method(message.method), variant(message.variant), parameter(message.parameter),
          round(message.round), client(message.client), seed(message.seed),
          samples(message.samples), tensors(message.tensors), mask(message.mask),
          packed(message.packed), scales(message.scales), dense(message.dense) {}

    std::uint8_t method = 0, variant = 0;
    float parameter = 0;
    std::uint32_t round = 0;
    std::uint64_t client = 0, seed = 0, samples = 0;
    std::span<const TensorEntry> tensors;
    std::span<const std::uint32_t> mask, packed;
    std::span<const float> scales, dense;
};

/// Its arrays copied, for whoever keeps it.
inline Message owned(const MessageView& view) {
    return {view.method,
            view.variant,
            view.parameter,
            view.round,
            view.client,
            view.seed,
            view.samples,
            {view.tensors.begin(), view.tensors.end()},
            {view.mask.begin(), view.mask.end()},
            {view.packed.begin(), view.packed.end()},
            {view.scales.begin(), view.scales.end()},
            {view.dense.begin(), view.dense.end()}};
}

/// As encode() of a Message. room: memory to write into, whatever it holds; it grows where it is
/// too small.
std::vector<std::byte> encode(const MessageView& message, std::vector<std::byte> room = {});

} // namespace fedmrn
