// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/method/method.hpp"
#include "engine/method/registry.hpp"

namespace fedmrn {

/// How the server decides from signs.
enum class Vote : std::uint8_t { scaled = 0, majority = 1, mean = 2 };

struct SignSgdOptions : Compressed {
    Vote vote = Vote::scaled;
    double magnitude = 0.001; ///< the step of a majority or a mean
};

/// SignSGD (Bernstein et al., ICML 2018) on updates: one bit a weight, zero counting as positive.
/// The server averages signs times their tensor's ‖D‖₁/d (scaled); or, sent without a scale, signs
/// times a step (mean), or takes a step where the majority of samples points (majority).
struct SignSgd final : Method {
    /// Its number in a message.
    static constexpr std::uint8_t wire = 2;
    SignSgd(const SignSgdOptions& options, const ParameterLayout& layout);
};

} // namespace fedmrn
