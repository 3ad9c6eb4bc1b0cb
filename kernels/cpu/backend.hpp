// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "kernels/contract.hpp"

namespace fedmrn::kernels::cpu {

/// The CPU's table.
const Backend& backend();

/// Its contracts of level `bits`, which need no library.
void bits_contracts(Backend& backend);

} // namespace fedmrn::kernels::cpu
