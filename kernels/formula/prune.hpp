// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "kernels/formula/fixed_point.hpp"
#include "kernels/formula/qualifiers.hpp"

namespace fedmrn::formula {

/// How pruned weights of clients become one.
enum class MergeRule : std::uint8_t {
    average,  ///< over all clients; a weight that one has pruned is 0 there
    nonzero,  ///< over those that kept it
    majority, ///< over all, where those that kept it have at least half of the samples; else 0
};

/// The merged weight, rounded once to float. sum: Σ N_k · fixed(w_k) over those that kept it, whose
/// Σ N_k is `kept`, out of `samples`. 0 where nobody kept it.
FEDMRN_FORMULA float merged_weight(MergeRule rule, Wide sum, std::uint64_t kept,
                                   std::uint64_t samples) {
    if (kept == 0 || (rule == MergeRule::majority && kept < samples - kept)) {
        return 0.0f;
    }
    return static_cast<float>(from_fixed(sum, rule == MergeRule::nonzero ? kept : samples));
}

/// What leads from one float to another: global + it, rounded to float, is exactly merged (of
/// weights below 2¹² that stand on the grid of fixed values or came to it once).
FEDMRN_FORMULA double way_to(float merged, float global) {
    return static_cast<double>(merged) - static_cast<double>(global);
}

} // namespace fedmrn::formula
