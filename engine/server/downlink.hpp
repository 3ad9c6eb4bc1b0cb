// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "engine/stage/model_codec.hpp"
#include "fedmrn/model.hpp"

namespace fedmrn {

/// A model that has been sent: what each client starts from, and the bytes that it downloaded.
struct Sent {
    RoundContext round; ///< global: what clients have received
    std::uint64_t bytes = 0;
};

/// Sends the server's model to the clients: through bytes, by a codec, once for all of a cohort; or
/// as it is, in float32.
class Downlink {
public:
    Downlink(Device& device, const ParameterLayout& layout, const ModelCodec* codec)
        : device_(device), codec_(codec), state_(layout.state), fed_back_(fed_back(codec)),
          received_(device, codec != nullptr ? layout.state : 0),
          asked_(device, fed_back_ != 0 ? layout.state : 0) {}

    /// Elements whose error a codec, or none, feeds back.
    static std::size_t fed_back(const ModelCodec* codec) {
        return codec != nullptr ? codec->fed_back() : 0;
    }

    /// round.global: the server's. What clients receive stands at the same place in every round.
    /// error [fed_back]: what the round before left out; left: receives what this one does.
    [[nodiscard]] Sent send(const RoundContext& round, DevicePointer<const float> error = {},
                            DevicePointer<float> left = {});

private:
    Device& device_;
    const ModelCodec* codec_;
    std::size_t state_, fed_back_;
    Buffer<float> received_;
    Buffer<float> asked_; ///< the server's model and the error that is fed back
};

} // namespace fedmrn
