// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#include "engine/model/tallies.hpp"

#include "fedmrn/loss.hpp"

namespace fedmrn {

const Model::LossNode* counting_loss(const Model& model, const Model::MetricNode& metric) {
    for (const Model::LossNode& loss : model.losses) {
        if (loss.in == metric.in && loss.loss->counts(*metric.metric)) {
            return &loss;
        }
    }
    return nullptr;
}

std::vector<double> metric_values(const Model& model, std::span<const LaneMetrics> tallies) {
    std::vector<double> values;
    for (const Model::MetricNode& node : model.metrics) {
        values.push_back(node.metric->value(tallies[node.tally]));
    }
    return values;
}

std::vector<Measure> measures_of(const Model& model) {
    std::vector<Measure> measures;
    for (const Model::MetricNode& node : model.metrics) {
        measures.push_back({node.name, node.metric->better(), node.metric->unit()});
    }
    return measures;
}

} // namespace fedmrn
