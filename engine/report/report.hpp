// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <iosfwd>
#include <optional>
#include <span>
#include <string>

namespace fedmrn {

/// Sets finished runs side by side: a table and a chart on out, one drawing in svg where asked for.
/// metric: which is shown, or "loss"; empty: the first run's first. Throws Error for a folder
/// without a finished run, or with one that has no such metric.
void report(std::span<const std::filesystem::path> folders,
            const std::optional<std::filesystem::path>& svg, std::ostream& out,
            std::string metric = {});

} // namespace fedmrn
