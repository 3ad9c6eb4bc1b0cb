// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <span>
#include <vector>

#include "engine/base/safetensors.hpp"
#include "fedmrn/model.hpp"

namespace fedmrn {

/// Writes a state as a safetensors file in PyTorch's layout, ready for load_state_dict: convolution
/// weights [out, in, height, width]; a linear layer that reads an image takes its features channel
/// by channel, as after torch.flatten of NCHW.
void export_model(const std::filesystem::path& path, const Model& model,
                  std::span<const float> state, const Metadata& metadata);

/// The state in such a file. Throws Error where a tensor of the model is missing there or is
/// another.
std::vector<float> import_model(const std::filesystem::path& path, const Model& model);

} // namespace fedmrn
