// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <memory>
#include <span>
#include <stop_token>
#include <vector>

#include "engine/client/evaluator.hpp"
#include "engine/client/lane_group.hpp"
#include "fedmrn/communicator.hpp"
#include "fedmrn/config.hpp"

namespace fedmrn {

/// What came back from one client.
struct Upload {
    std::vector<std::byte> bytes; ///< the message, encoded and packed: all that the server sees
    LaneMetrics metrics;          ///< the loss' tally: the simulator's own book-keeping
};

/// All lanes of an experiment. On the CPU a lane is a thread with a device of its own; on a GPU all
/// lanes share one device and its kernels. How many there are never changes a result.
class LanePool {
public:
    /// device: the one that holds the data; a GPU trains on it too, CPU lanes open their own.
    /// evaluated: samples that evaluations are on.
    LanePool(Device& device, const Model& model, const Method& method, const Stages& stages,
             const Config& config, std::size_t lanes, std::size_t evaluated);

    /// Trains the tasks that next gives, to any lane that is free, from several threads at once;
    /// long ones are to come first, so that none is left alone at the end. The uploads by the
    /// tasks' slots, all below `slots`, in memory of rooms(); without bytes where next gave none.
    /// Empty if stop was requested. Throws Diverged.
    std::vector<Upload> train(std::size_t slots, const LaneGroup::Next& next,
                              const BatchSource& split, const RoundContext& round,
                              const LaneGroup::Stepped& stepped, const std::stop_token& stop);

    /// Tallies [ranges][Model::tallies] of a state over each range of a split, the batches shared
    /// by the ranks of a job, who all get all tallies; how ranges are cut into batches and who
    /// evaluates which never changes a bit.
    std::vector<LaneMetrics> evaluate(const BatchSource& split, std::span<const SampleRange> ranges,
                                      DevicePointer<const float> state, Communicator& ranks);

    [[nodiscard]] std::size_t lanes() const { return lanes_; }
    /// Those of lanes that are threads, while none trains; on a GPU none.
    [[nodiscard]] std::span<const std::unique_ptr<Device>> devices() const { return own_; }
    /// Where the memory of uploads is to go when they have been read.
    [[nodiscard]] Rooms& rooms() { return rooms_; }

private:
    std::size_t lanes_;
    std::size_t eval_batch_;
    std::size_t tallies_; ///< of the model
    const Stages& stages_;
    Rooms rooms_;
    std::vector<std::unique_ptr<Device>> own_; ///< a CPU thread's each; on a GPU none
    std::vector<std::unique_ptr<LaneGroup>> groups_;
    std::vector<std::unique_ptr<Evaluator>> evaluators_;
};

} // namespace fedmrn
