// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#include "fedmrn/layer.hpp"

namespace fedmrn {

// What a layer that says nothing of it does.

std::vector<Parameter> Layer::parameters(std::span<const Tensor>) const { return {}; }

std::vector<Tensor> Layer::kept(std::span<const Tensor>) const { return {}; }

bool Layer::rereads(std::size_t) const { return true; }

} // namespace fedmrn
