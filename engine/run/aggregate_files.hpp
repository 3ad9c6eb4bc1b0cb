// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <iosfwd>
#include <optional>
#include <vector>

namespace fedmrn {

/// A round's server as files: state is what it had before (MessageFolder), messages are what came
/// in, out receives what it has then. weights: where the experiment's server does not weigh by
/// samples, the file that says what each message counts.
struct AggregateFiles {
    std::vector<std::filesystem::path> messages;
    std::filesystem::path state, out;
    std::optional<std::filesystem::path> weights;
};

/// Writes files.out and a line about it. Throws Error, naming the file.
void aggregate_files(const AggregateFiles& files, std::ostream& say);

} // namespace fedmrn
