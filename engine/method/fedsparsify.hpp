// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/method/dense_training.hpp"
#include "kernels/prune.hpp"

namespace fedmrn {

struct FedSparsifyOptions {
    double sparsity = 0.9;           ///< share of the weights that end up pruned
    std::uint32_t prune_rounds = 10; ///< rounds until then
    formula::MergeRule merge = formula::MergeRule::average;
};

/// FedSparsify (Stripelis et al., Federated Progressive Sparsification, 2022): every round clients
/// train what is not pruned and then keep the largest of their trained weights, fewer from round to
/// round; the server merges the weights that were kept. A weight that is pruned is exactly 0 in the
/// global state (with server.lr = 1) and stays it.
class FedSparsify final : public DenseTraining {
public:
    FedSparsify(const FedSparsifyOptions& options, const ParameterLayout& layout);
    void local_gradient(Device& device, const LocalStep& step) const override;
    using Method::encode;
    [[nodiscard]] PendingMessages encode(Device& device,
                                         std::span<const TrainedClient> clients) const override;
    [[nodiscard]] std::vector<TensorEntry> table(std::uint32_t round) const override;
    void aggregate(Device& device, const RoundContext& round, std::span<const Message> messages,
                   double* mean) const override;

    /// Weights that a client keeps in a round: ⌈(1 − s_t) d⌉ with s_t = s_f · (1 − (1 − t/T)³).
    [[nodiscard]] std::size_t kept(std::uint32_t round) const;

private:
    /// Throws unless the message was made under this experiment's schedule, for this round.
    void check(const Message& message, std::size_t kept) const;

    double sparsity_;      ///< s_f
    std::uint32_t rounds_; ///< T
    formula::MergeRule rule_;
};

} // namespace fedmrn
