// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/method/method.hpp"
#include "engine/method/registry.hpp"
#include "engine/method/selection.hpp"

namespace fedmrn {

/// What Top-k and STC share: they train densely and then send the largest of the masked elements,
/// all tensors together; other parameters and statistics go as float32.
struct SparseMethod : Method {
    /// as: how the selected elements are sent.
    SparseMethod(std::uint8_t number, SelectedAs as, double ratio, const ParameterLayout& layout);
};

struct TopKOptions : Compressed {
    double ratio = 1.0 / 32; ///< weights sent of all
};

/// Top-k: the update's ⌈ρ d⌉ largest elements as float32 (Aji and Heafield, EMNLP 2017; Stich et
/// al., NeurIPS 2018).
struct TopK final : SparseMethod {
    /// Its number in a message.
    static constexpr std::uint8_t wire = 5;
    TopK(const TopKOptions& options, const ParameterLayout& layout)
        : SparseMethod(wire, SelectedAs::values, options.ratio, layout) {}
};

struct StcOptions : Compressed {
    StcOptions() { error_feedback = true; }
    double ratio = 0.1; ///< weights sent of all
};

/// STC (Sattler et al., IEEE TNNLS 2020): their signs, times the mean of their magnitudes.
struct Stc final : SparseMethod {
    /// Its number in a message.
    static constexpr std::uint8_t wire = 12;
    Stc(const StcOptions& options, const ParameterLayout& layout)
        : SparseMethod(wire, SelectedAs::signs, options.ratio, layout) {}
};

} // namespace fedmrn
