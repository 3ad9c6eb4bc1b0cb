// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#include "engine/server/cohort.hpp"

#include "kernels/formula/permutation.hpp"

namespace fedmrn {

std::vector<std::uint64_t> sample_cohort(std::uint64_t seed, std::uint32_t round,
                                         std::uint64_t clients, std::uint64_t cohort) {
    const formula::Permutation order =
        formula::permutation(formula::philox(seed, 0, round, formula::purpose_cohort),
                             static_cast<std::uint32_t>(clients));
    std::vector<std::uint64_t> sampled(cohort);
    for (std::uint32_t i = 0; i < cohort; ++i) {
        sampled[i] = formula::permute(order, i);
    }
    return sampled;
}

} // namespace fedmrn
