// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/server/global_state.hpp"
#include "engine/stage/stages.hpp"

namespace fedmrn {

/// The model that a round begins with: the server's own or, where stages change that, theirs. It
/// becomes the server's with the round's step, so that a round that is given up has changed
/// nothing.
class RoundModel {
public:
    RoundModel(Device& device, const Stages& stages, std::size_t state)
        : device_(device), stages_(stages), own_(device, stages.changes_model() ? state : 0) {}

    /// round.global: the server's. What stages make of it stands at the same place in every round.
    [[nodiscard]] RoundContext begin(const RoundContext& round);

    /// The server's step of the round that begin() gave, by a change [state]; without one, of a
    /// round that nobody answered: the server takes no step.
    void end(GlobalState& server, const RoundContext& round, DevicePointer<const double> change);

private:
    Device& device_;
    const Stages& stages_;
    Buffer<float> own_;
};

} // namespace fedmrn
