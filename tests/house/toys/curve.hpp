// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "fedmrn/model.hpp"

namespace house {

/// A regression of one number, input "target", on `features` numbers, input "x": three blocks of
/// [linear → swish → linear] whose result is added to what they read.
fedmrn::Model curve(std::uint32_t features, std::uint32_t width);

} // namespace house
