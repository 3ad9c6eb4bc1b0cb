// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "engine/deploy/graph.hpp"

namespace fedmrn {

class Device;

/// A graph in float32 on the CPU, by the contracts that an evaluation calls.
class FloatInference {
public:
    explicit FloatInference(const InferenceGraph& graph);
    ~FloatInference();
    FloatInference(const FloatInference&) = delete;
    FloatInference& operator=(const FloatInference&) = delete;

    /// All values of the graph for x [samples][elements of the input], at least one sample.
    [[nodiscard]] const std::vector<std::vector<float>>& run(std::span<const float> x);

private:
    void compute(const InferenceNode& node, std::size_t samples);

    const InferenceGraph& graph_;
    std::unique_ptr<Device> device_;
    std::vector<std::vector<float>> values_;
};

/// The share of rows whose largest logit, the first of equal ones, is the label's.
double share_right(std::span<const float> logits, std::span<const std::uint16_t> labels);

} // namespace fedmrn
