// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <span>

#include "engine/model/network.hpp"
#include "kernels/batch.hpp"

namespace fedmrn {

/// Evaluates a state on a split, a batch at a time, as many batches at once as there are lanes.
class Evaluator {
public:
    Evaluator(Device& device, const ModelSpec& model, std::size_t lanes, std::size_t batch,
              Real real);

    /// Fills results[b] for every batch b that this evaluator takes from `next`, which several
    /// evaluators share; batch b holds samples b · batch onwards of `samples`.
    void run(const kernels::SplitView& split, std::size_t samples, const float* state,
             std::atomic<std::size_t>& next, std::span<LaneMetrics> results);

    [[nodiscard]] std::size_t batches(std::size_t samples) const {
        return (samples + batch_ - 1) / batch_;
    }

private:
    std::size_t lanes_, batch_;
    Device& device_;
    Network network_;
    Buffer<LaneState> states_;
    Buffer<LaneMetrics> metrics_;
};

} // namespace fedmrn
