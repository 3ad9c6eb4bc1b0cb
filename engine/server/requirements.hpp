// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "fedmrn/config.hpp"
#include "fedmrn/dataset.hpp"
#include "fedmrn/model.hpp"

// What an experiment asks of its parts before it begins.
namespace fedmrn {

/// With the method's defaults that follow other keys, where a program that is no reader of files
/// left them open.
Config completed(Config config);

/// Throws Error, one line, for a cohort larger than the clients, a client without samples, and a
/// data set without test samples.
void require_fit(const Config& config, const Dataset& dataset, const ClientSplit& clients);

/// Augmentation is for the images of bytes that the model looks at. Throws Error where there are
/// none, or smaller ones than it shifts.
void require_augmentable(const Model& model, const Dataset& dataset);

} // namespace fedmrn
