// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "engine/deploy/graph.hpp"
#include "kernels/formula/affine.hpp"

namespace fedmrn {

/// How a convolution or a linear layer computes in integers: x̂ = s · (q − z) of its input and
/// ŵ = scales[o] · codes of its weights make s · scales[o] · (Σ (q − z) · codes + bias[o]).
struct QuantizedLayer {
    std::vector<std::int8_t> codes; ///< as the weights lie, −127 … 127
    std::vector<float> scales;      ///< one an output channel
    std::vector<std::int32_t> bias; ///< in units of s · scales[o]
};

/// The integers of a graph.
struct Quantization {
    /// How a value is a byte 0 … 255: scale and zero point. Nothing: of the output, which stays
    /// float32.
    std::vector<std::optional<formula::Affine>> values;
    /// Whether a value is written only to become another by a ReLU: its bytes are those of the
    /// ReLU's result, whose zero point is 0, so that saturating is the ReLU.
    std::vector<bool> rectified;
    std::vector<QuantizedLayer> layers; ///< of each node; empty where it has none
};

/// How far the values of calibration samples count.
struct CalibrationOptions {
    formula::Calibration range = formula::Calibration::minmax;
    double percentile = 99.9;
};

/// Bytes of values: the rule of the stages `quantize` and `qat`, asymmetric and per tensor.
formula::AffineRule value_rule(const CalibrationOptions& options);

/// Weights by that rule per output channel, symmetric, in the range of all; values in ranges of
/// what the graph makes of x [samples][elements of the input], one sample or more. Pools and
/// flattening keep the scale of what they read. Throws Error where a value is not finite, and where
/// a layer has so many inputs that its sums might leave 32 bits.
Quantization quantize(const InferenceGraph& graph, std::span<const float> x,
                      const CalibrationOptions& options);

} // namespace fedmrn
