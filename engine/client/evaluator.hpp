// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <cstdint>
#include <span>
#include <vector>

#include "engine/client/batch.hpp"

namespace fedmrn {

/// Samples first … first + count − 1 of a split, in its order where it has one.
struct SampleRange {
    std::uint64_t first = 0, count = 0;
};

/// A range in batches of at most so many samples.
std::vector<SampleRange> batches_of(const SampleRange& range, std::size_t batch);

/// Evaluates a state on a split, a batch at a time, as many batches at once as there are lanes.
class Evaluator {
public:
    Evaluator(Device& device, const Model& model, std::size_t lanes, std::size_t batch, Real real);

    /// Fills the tallies of every batch that this evaluator takes from `next`, which several
    /// evaluators share: results [batches][Model::tallies]. A batch holds at most as many samples
    /// as the evaluator was made for.
    void run(const BatchSource& split, std::span<const SampleRange> batches,
             DevicePointer<const float> state, std::atomic<std::size_t>& next,
             std::span<LaneMetrics> results);

private:
    std::size_t lanes_, batch_;
    Device& device_;
    Network network_;
    Buffer<LaneState> states_;
    Buffer<LaneMetrics> tallies_;   ///< [Model::tallies][lanes]
    std::vector<LaneMetrics> host_; ///< the same
};

} // namespace fedmrn
