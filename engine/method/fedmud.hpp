// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "engine/method/method.hpp"
#include "kernels/kronecker.hpp"

namespace fedmrn {

struct FedMudOptions {
    double ratio = 1.0 / 32; ///< floats sent of all trainable ones
    double magnitude = 5.0;  ///< of the frozen factors
};

/// A masked tensor in a message of FedMUD's.
struct FedMudPlace {
    std::size_t offset = 0, elements = 0;
    kernels::KroneckerShape shape = {}; ///< without terms: the tensor is sent as it is
    std::size_t at = 0, floats = 0;     ///< among the floats of the masked tensors
};

/// What the masked tensors of a layout become. The first and the last go as they are, where there
/// are others, and so does one that its factors would not make smaller. The others' ratio is the
/// largest of ratio, ratio − 0.001, …, at which the whole message's trainable floats are at most
/// ratio + 0.001 of all; a factor has ⌈ratio² · n / 4⌉ terms for n elements.
std::vector<FedMudPlace> fedmud_places(float ratio, float magnitude, const ParameterLayout& layout);

/// FedMUD (Li et al., ICML 2025) as its authors have it in their code, fedmud-icml25: D = L1 ⊗ R1 +
/// L2 ⊗ R2, L1 and R2 drawn for all clients of a round alike, R1 and L2, zeros at first, trained
/// and sent as float32. They stand at the front of their tensor's own place among the variables;
/// the rest there stays zero.
struct FedMud final : Method {
    /// Its number in a message.
    static constexpr std::uint8_t wire = 14;
    /// seed: the experiment's.
    FedMud(const FedMudOptions& options, const ParameterLayout& layout, std::uint64_t seed);

private:
    FedMud(const FedMudOptions& options, const std::vector<FedMudPlace>& places,
           const ParameterLayout& layout, std::uint64_t seed);
};

} // namespace fedmrn
