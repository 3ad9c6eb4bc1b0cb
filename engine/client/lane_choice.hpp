// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>

#include "engine/method/method.hpp"
#include "engine/stage/stages.hpp"
#include "fedmrn/config.hpp"
#include "fedmrn/model.hpp"
#include "kernels/device.hpp"

namespace fedmrn {

constexpr Real real_of(Precision precision) {
    return precision == Precision::bf16 ? Real::bf16 : Real::f32;
}

/// How many lanes an experiment gets: experiment.lanes, or if that is 0 as many as the cohort can
/// use: on the CPU one a core, on a GPU what its free memory holds. Throws Error (Fault::run) where
/// they do not fit, naming how many would. evaluated: samples that evaluations are on.
std::size_t choose_lanes(const Device& device, const Model& model, const Method& method,
                         const Stages& stages, const Config& config, std::size_t evaluated);

/// Batches that a GPU's evaluator takes at once, however many lanes train: no more than what
/// is evaluated has.
std::size_t evaluation_lanes(const ServerConfig& config, std::size_t evaluated);

/// Threads that evaluate on the CPU: all cores, or as many as experiment.lanes allows.
std::size_t evaluation_threads(const ExperimentConfig& config);

} // namespace fedmrn
