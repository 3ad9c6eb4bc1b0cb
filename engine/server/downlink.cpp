// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#include "engine/server/downlink.hpp"

namespace fedmrn {

Sent Downlink::send(const RoundContext& round) {
    if (codec_ == nullptr) {
        return {round, state_ * sizeof(float)};
    }
    const Range range(device_, "downlink", round.round);
    const std::vector<std::byte> bytes = codec_->encode(device_, round);
    codec_->decode(device_, round.round, bytes, received_.data());
    Sent sent{round, bytes.size()};
    sent.round.global = received_.data();
    return sent;
}

} // namespace fedmrn
