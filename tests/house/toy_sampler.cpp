// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#include <numeric>

#include "fedmrn/server.hpp"
#include "tests/house/toys.hpp"

// A sampler: the first clients train in every round.
namespace fedmrn::test {

void register_first() {
    SamplerEntry entry{{"first", "first", "the first clients, in every round"}};
    entry.sample = [](const SamplerTask& task) {
        std::vector<std::uint64_t> cohort(task.cohort);
        std::iota(cohort.begin(), cohort.end(), 0U);
        return cohort;
    };
    samplers().add(std::move(entry));
}

} // namespace fedmrn::test
