// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

namespace simt::detail {

bool is_pinned(const void* p);

} // namespace simt::detail
