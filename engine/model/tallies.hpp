// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "fedmrn/model.hpp"

namespace fedmrn {

/// The loss that counts a metric along; null: none does.
const Model::LossNode* counting_loss(const Model& model, const Model::MetricNode& metric);

} // namespace fedmrn
