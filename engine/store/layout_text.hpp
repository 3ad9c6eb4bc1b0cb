// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "fedmrn/parameter.hpp"

namespace fedmrn {

/// A layout as JSON, what a reader of messages has to know of the model: {"tensors": [{"name":
/// "conv1.weight", "role": "masked", "shape": [32, 3, 3, 1]}, …]}, in the order of the state.
std::string layout_text(const ParameterLayout& layout);

/// Back from there, but for what tensors start as and how they are exported. Throws Error, naming
/// name, for what is no layout.
ParameterLayout parse_layout(const std::string& text, const std::string& name);

} // namespace fedmrn
