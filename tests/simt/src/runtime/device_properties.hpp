// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

namespace simt::detail {

// Small, so that grid-stride loops go round and cooperative launches find their limit.
constexpr unsigned multiprocessors = 4;
constexpr unsigned threads_per_multiprocessor = 2048;

/// Two, so that a program that forgets to choose its own is found out. They are alike and share the
/// memory.
constexpr int devices = 2;
/// The calling thread's, as cudaSetDevice says.
int current_device();

} // namespace simt::detail
