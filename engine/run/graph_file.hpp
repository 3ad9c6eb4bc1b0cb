// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>

#include "engine/base/safetensors.hpp"
#include "engine/deploy/quantize.hpp"

namespace fedmrn {

/// Writes a graph's tensors as safetensors, by the names and in the order of its ONNX file:
/// NODE.weight and NODE.bias, float32. integers: not null, of this graph: NODE.weight is int8 with
/// float32 NODE.weight_scale a channel, NODE.bias int32; a value that is quantized has VALUE_scale
/// (float32) and VALUE_zero (int32), where VALUE is x or NODE_y.
void write_graph_tensors(const std::filesystem::path& path, const InferenceGraph& graph,
                         const Quantization* integers, const Metadata& metadata);

} // namespace fedmrn
