// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "engine/method/method.hpp"

namespace fedmrn {

enum class ScoreOptimizer : std::uint8_t { sgd, adam };
enum class InitialScores : std::uint8_t { zero, gaussian };

struct FedPmOptions {
    ScoreOptimizer optimizer = ScoreOptimizer::sgd;
    InitialScores initial_scores = InitialScores::zero;
    std::uint32_t eval_masks = 1; ///< of whose mean the evaluated weights are; 0: probabilities
};

/// FedPM (Isik et al., ICLR 2023): the masked weights are frozen at random signs, ±e/√fan-in, and a
/// mask over them is learned. The state holds a score a weight in their place, a weight being there
/// with probability sigmoid(score), and is trained at 30,000 times client.lr, which is that of the
/// other parameters, or by Adam at client.lr, its moments being a client's of a round; clients send
/// masks drawn of their scores, the server sets its scores to those of the share of clients whose
/// bit is set, however many samples they hold. Other parameters and statistics go as float32.
struct FedPm final : Method {
    /// Its number in a message.
    static constexpr std::uint8_t wire = 8;
    /// seed: the experiment's, of the frozen signs.
    FedPm(const FedPmOptions& options, const ParameterLayout& layout, std::uint64_t seed);
};

} // namespace fedmrn
