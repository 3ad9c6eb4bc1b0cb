// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <filesystem>
#include <iosfwd>

#include "engine/deploy/quantize.hpp"

namespace fedmrn {

/// The model of a finished run, as files that other programs run. Empty: that one is not written.
struct ExportOptions {
    std::filesystem::path run;         ///< its folder
    std::filesystem::path onnx;        ///< receives the model
    std::filesystem::path safetensors; ///< receives its tensors, as write_graph_tensors
    std::filesystem::path outputs;     ///< receives the first test samples and their logits
    bool int8 = false;                 ///< in integers
    CalibrationOptions calibration;
    std::size_t calibration_samples = 512; ///< of the training set, evenly spread
};

/// Test samples of which ExportOptions::outputs tells the logits.
inline constexpr std::size_t exported_outputs = 1000;

/// Writes them, and what the exported model makes of the test set. Needs the run's data set. Throws
/// Error where the folder holds no finished run, or a model that has no graph.
void export_run(const ExportOptions& options, std::ostream& say);

} // namespace fedmrn
