// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#pragma GCC visibility push(default)
namespace fedmrn {

enum class DeviceKind { automatic, cpu, cuda };
enum class Precision { automatic, fp32, tf32, bf16 };

} // namespace fedmrn
#pragma GCC visibility pop
