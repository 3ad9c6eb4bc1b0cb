// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/method/dense_training.hpp"
#include "engine/method/registry.hpp"
#include "engine/method/selection.hpp"

namespace fedmrn {

/// What Top-k and STC share: they train densely and then send the largest of the masked elements,
/// all tensors together; other parameters and statistics go as float32.
class SparseMethod : public DenseTraining {
public:
    /// as: how the selected elements are sent.
    SparseMethod(MethodName name, SelectedAs as, double ratio, const ParameterLayout& layout);
    using Method::encode;
    [[nodiscard]] PendingMessages encode(Device& device,
                                         std::span<const TrainedClient> clients) const override;
    [[nodiscard]] std::vector<TensorEntry> table(std::uint32_t round) const override;
    void aggregate(Device& device, const RoundContext& round, std::span<const Message> messages,
                   double* mean) const override;

private:
    /// Throws unless the message was made under this experiment's method, with a sane scale.
    void check(const Message& message) const;

    MethodName name_;
    SelectedAs as_;
    float ratio_;
    std::size_t kept_; ///< k
};

struct TopKOptions : Compressed {
    double ratio = 1.0 / 32; ///< weights sent of all
};

/// Top-k: the update's ⌈ρ d⌉ largest elements as float32 (Aji and Heafield, EMNLP 2017; Stich et
/// al., NeurIPS 2018).
class TopK final : public SparseMethod {
public:
    TopK(const TopKOptions& options, const ParameterLayout& layout)
        : SparseMethod(MethodName::topk, SelectedAs::values, options.ratio, layout) {}
};

struct StcOptions : Compressed {
    StcOptions() : Compressed{true} {}
    double ratio = 0.1; ///< weights sent of all
};

/// STC (Sattler et al., IEEE TNNLS 2020): their signs, times the mean of their magnitudes.
class Stc final : public SparseMethod {
public:
    Stc(const StcOptions& options, const ParameterLayout& layout)
        : SparseMethod(MethodName::stc, SelectedAs::signs, options.ratio, layout) {}
};

} // namespace fedmrn
