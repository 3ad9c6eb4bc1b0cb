// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#include "engine/server/round_model.hpp"

namespace fedmrn {

RoundContext RoundModel::begin(const RoundContext& round) {
    if (own_.size() == 0) {
        return round;
    }
    device_.copy_within(own_.data(), round.global, own_.size() * sizeof(float));
    stages_.on_model(device_, round.round, own_.data());
    RoundContext begun = round;
    begun.global = own_.data();
    return begun;
}

void RoundModel::end(GlobalState& server, const RoundContext& round,
                     DevicePointer<const double> change) {
    const bool changed = own_.size() != 0;
    if (changed) {
        device_.copy_within(server.change(), own_.data(), own_.size() * sizeof(float));
    }
    if (change) {
        server.step(change);
        if (changed) {
            stages_.on_server_step(device_, round, server.change());
        }
    }
}

} // namespace fedmrn
