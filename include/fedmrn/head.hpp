// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "fedmrn/loss.hpp"
#include "fedmrn/metric.hpp"

#pragma GCC visibility push(default)
namespace fedmrn {

struct ModelConfig;

/// How a model ends: the loss and the metrics of what it gives and what that is held against.
/// Graph::head puts them there.
struct Head {
    LossPtr loss = cross_entropy();
    std::vector<NamedMetric> metrics{{"accuracy", top1()}};
};

/// The loss and the metrics that [model] says. Throws Error for names and options that there are
/// not, and for a metric that is there twice.
Head make_head(const ModelConfig& config);

} // namespace fedmrn
#pragma GCC visibility pop
