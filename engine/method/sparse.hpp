// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/method/method.hpp"
#include "engine/method/selection.hpp"

namespace fedmrn {

/// What Top-k and STC share: they train densely and then send the largest of the masked elements,
/// all tensors together; other parameters and statistics go as float32.
struct SparseMethod : Method {
    /// as: how the selected elements are sent.
    SparseMethod(MethodName name, SelectedAs as, double ratio, const ParameterLayout& layout);
};

/// Top-k: the update's ⌈ρ d⌉ largest elements as float32 (Aji and Heafield, EMNLP 2017; Stich et
/// al., NeurIPS 2018).
struct TopK final : SparseMethod {
    TopK(const MethodConfig& config, const ParameterLayout& layout)
        : SparseMethod(MethodName::topk, SelectedAs::values, config.ratio, layout) {}
};

/// STC (Sattler et al., IEEE TNNLS 2020): their signs, times the mean of their magnitudes.
struct Stc final : SparseMethod {
    Stc(const MethodConfig& config, const ParameterLayout& layout)
        : SparseMethod(MethodName::stc, SelectedAs::signs, config.ratio, layout) {}
};

} // namespace fedmrn
