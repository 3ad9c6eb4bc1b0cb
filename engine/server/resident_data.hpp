// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <vector>

#include "engine/client/lane_pool.hpp"
#include "engine/server/resident_split.hpp"
#include "fedmrn/dataset.hpp"

namespace fedmrn {

/// The samples of an experiment in device memory: what its clients train on, and what a model is
/// judged by.
class ResidentData {
public:
    /// Some samples, and which of them belong together.
    struct Part {
        BatchSource source;
        std::vector<SampleRange> ranges;
    };

    ResidentData(Device& device, const Dataset& dataset, const Model& model,
                 const ClientSplit& clients);

    /// A client's samples are those of the split from first[k] on.
    [[nodiscard]] BatchSource training(bool augmented) const;
    /// What evaluations are on, all in one: the test set, or what the clients set aside.
    [[nodiscard]] const Part& judged() const { return judged_; }
    /// Each client's own: its user's test samples, or the ones that it trains on.
    [[nodiscard]] const Part& own() const { return own_; }
    [[nodiscard]] bool own_tests() const { return own_tests_; }

private:
    std::optional<ResidentSplit> train_, test_; ///< test_: where something is judged by it
    bool own_tests_ = false;
    Part judged_, own_;
};

} // namespace fedmrn
