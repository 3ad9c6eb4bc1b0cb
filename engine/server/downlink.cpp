// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#include "engine/server/downlink.hpp"

#include "kernels/update.hpp"

namespace fedmrn {

Sent Downlink::send(const RoundContext& round, DevicePointer<const float> error,
                    DevicePointer<float> left) {
    if (codec_ == nullptr) {
        return {round, state_ * sizeof(float)};
    }
    const Range range(device_, "downlink", round.round);
    RoundContext asked = round;
    if (fed_back_ != 0) {
        device_.copy_within(asked_.data(), round.global, state_ * sizeof(float));
        kernels::add_values(device_, fed_back_, error, asked_.data());
        asked.global = asked_.data();
    }
    const std::vector<std::byte> bytes = codec_->encode(device_, asked);
    codec_->decode(device_, round.round, bytes, received_.data());
    if (fed_back_ != 0) { // asked − received
        const kernels::ChangeSource apart{nullptr, asked_.data(), left};
        kernels::state_changes(device_, {&apart, 1}, received_.data(), 0, 0, fed_back_);
    }
    Sent sent{round, bytes.size()};
    sent.round.global = received_.data();
    return sent;
}

} // namespace fedmrn
