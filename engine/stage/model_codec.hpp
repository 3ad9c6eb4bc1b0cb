// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "engine/method/round.hpp"

namespace fedmrn {

/// How the server's model becomes the bytes that clients download, and what they start from.
/// Stateless. What is evaluated, and what the clients' mean moves, stays the server's own.
class ModelCodec {
public:
    virtual ~ModelCodec() = default;

    /// The bytes of round.global. Throws Error (Fault::run) for a model that they cannot say.
    [[nodiscard]] virtual std::vector<std::byte> encode(Device& device,
                                                        const RoundContext& round) const = 0;
    /// Elements, the first of the state, of which the server keeps what the bytes have left out and
    /// adds it to the next round's model before that is encoded: error feedback.
    [[nodiscard]] virtual std::size_t fed_back() const { return 0; }
    /// model [state], in device memory, of bytes that encode made in this round.
    virtual void decode(Device& device, std::uint32_t round, std::span<const std::byte> bytes,
                        DevicePointer<float> model) const = 0;
};

} // namespace fedmrn
