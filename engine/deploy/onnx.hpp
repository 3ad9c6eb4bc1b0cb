// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <string>

#include "engine/deploy/graph.hpp"
#include "engine/deploy/quantize.hpp"

namespace fedmrn {

/// What an ONNX file says beside its graph.
struct OnnxAbout {
    std::string version;                         ///< the engine's
    std::string doc;                             ///< for a reader
    std::map<std::string, std::string> metadata; ///< for programs
};

/// The bytes of an ONNX file, operator set 17: input "x" float32, images as [N, channels, height,
/// width] and features as [N, features], N free; output "logits" float32 [N, classes]. Weights are
/// initializers in ONNX's order, convolutions' [out, in, height, width]. integers: not null, of
/// this graph: weights are int8 and biases int32 behind DequantizeLinear, values go through
/// QuantizeLinear and DequantizeLinear (QDQ) of uint8, all but the output. Throws Error
/// (Fault::run) where it were larger than the 2 GiB that a protobuf message can have.
std::string onnx_model(const InferenceGraph& graph, const OnnxAbout& about,
                       const Quantization* integers = nullptr);

} // namespace fedmrn
