// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

namespace house {

/// A data set without classes, [data] name = "waves": columns "x", a few numbers, and "target", the
/// sine of what they add up to. Key: features.
void register_waves();

/// [model] name = "curve" for such data, on as many numbers as it has. Key: width.
void register_curve();

} // namespace house
