// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/method/method.hpp"
#include "kernels/formula/prune.hpp"

namespace fedmrn {

struct FedSparsifyOptions {
    double sparsity = 0.9; ///< share of the weights that end up pruned
    /// The round from which on they are; a file's default: all of the experiment.
    std::uint32_t prune_rounds = 100;
    formula::MergeRule merge = formula::MergeRule::average;
};

/// How many weights a client keeps in round t = 1, 2, …: ⌈(1 − s_t) d⌉ with
/// s_t = s_f · (1 − (1 − (t − 1)/(T − 1))³), and s_f from round T on.
struct PruningSchedule {
    PruningSchedule(const FedSparsifyOptions& options, const ParameterLayout& layout)
        : sparsity(options.sparsity), rounds(options.prune_rounds), masked(layout.masked) {}
    [[nodiscard]] std::size_t kept(std::uint32_t round) const;
    /// Whether nothing is pruned yet, so that messages need not say what is kept.
    [[nodiscard]] bool keeps_all(std::uint32_t round) const { return kept(round) == masked; }

    double sparsity;      ///< s_f
    std::uint32_t rounds; ///< T
    std::size_t masked;   ///< d
};

/// FedSparsify (Stripelis et al., Federated Progressive Sparsification, 2022): every round clients
/// train what is not pruned and then keep the largest of their trained weights, fewer from round to
/// round; the server sets its weights to what the kept ones merge to. A weight that is pruned is
/// exactly 0 in the global state and stays it.
struct FedSparsify final : Method {
    /// Its number in a message.
    static constexpr std::uint8_t wire = 9;
    FedSparsify(const FedSparsifyOptions& options, const ParameterLayout& layout);
};

} // namespace fedmrn
