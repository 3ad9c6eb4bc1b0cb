// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#include "engine/client/evaluator.hpp"

#include <algorithm>

namespace fedmrn {

std::vector<SampleRange> batches_of(const SampleRange& range, std::size_t batch) {
    std::vector<SampleRange> batches;
    for (std::uint64_t done = 0; done < range.count; done += batch) {
        batches.push_back({range.first + done, std::min<std::uint64_t>(batch, range.count - done)});
    }
    return batches;
}

Evaluator::Evaluator(Device& device, const Model& model, std::size_t lanes, std::size_t batch,
                     Real real)
    : lanes_(lanes), batch_(batch), device_(device),
      network_(device, model, lanes, batch, real, false), states_(device, lanes),
      tallies_(device, model.tallies * lanes), host_(tallies_.size()) {}

void Evaluator::run(const BatchSource& split, std::span<const SampleRange> batches,
                    DevicePointer<const float> state, std::atomic<std::size_t>& next,
                    std::span<LaneMetrics> results) {
    BatchSource source = split;
    source.shuffled = false;
    source.augmented = false;
    for (;;) {
        const std::size_t begin = next.fetch_add(lanes_);
        if (begin >= batches.size()) {
            return;
        }
        const std::size_t end = std::min(begin + lanes_, batches.size());
        std::vector<LaneState> states(lanes_);
        for (std::size_t b = begin; b < end; ++b) {
            LaneState& lane = states[b - begin];
            lane.first = batches[b].first;
            lane.count = static_cast<std::uint32_t>(batches[b].count);
            lane.steps = 1;
            lane.samples = lane.count;
        }
        states_.write(states);
        tallies_.clear();
        fill_batch(device_, source, lanes_, states_.data(), network_);
        network_.evaluate(states_.data(), {state, 0}, tallies_.data());
        tallies_.read(host_);
        const std::size_t each = host_.size() / lanes_;
        for (std::size_t i = begin * each; i < end * each; ++i) { // from a lane to its batch
            results[i] = host_[i % each * lanes_ + i / each - begin];
        }
    }
}

} // namespace fedmrn
