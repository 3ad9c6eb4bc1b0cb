// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#include "engine/server/cohort.hpp"

#include <algorithm>
#include <span>
#include <unordered_set>

#include "fedmrn/server.hpp"
#include "kernels/formula/fixed_point.hpp"
#include "kernels/formula/permutation.hpp"

namespace fedmrn {
namespace {

formula::Permutation order_of(std::uint64_t seed, std::uint32_t round, std::uint64_t clients) {
    return formula::permutation(formula::philox(seed, 0, round, formula::purpose_cohort),
                                static_cast<std::uint32_t>(clients));
}

std::vector<std::uint64_t> round_robin(std::uint64_t seed, std::uint32_t round,
                                       std::uint64_t clients, std::uint64_t cohort) {
    const formula::Permutation order = order_of(seed, 0, clients);
    std::vector<std::uint64_t> sampled(cohort);
    const std::uint64_t begin = (round - std::uint64_t{1}) * cohort;
    for (std::uint64_t i = 0; i < cohort; ++i) {
        sampled[i] = formula::permute(order, static_cast<std::uint32_t>((begin + i) % clients));
    }
    return sampled;
}

/// The owner of a random sample, again where it is drawn already.
std::vector<std::uint64_t> weighted(std::uint64_t seed, std::uint32_t round,
                                    std::span<const std::uint64_t> first, std::uint64_t cohort) {
    std::vector<std::uint64_t> sampled;
    std::unordered_set<std::uint64_t> drawn;
    for (std::uint64_t i = 0; sampled.size() < cohort; ++i) {
        const formula::Words words = formula::philox(seed, i, round, formula::purpose_cohort);
        const std::uint64_t word = words.w[0] | std::uint64_t{words.w[1]} << 32;
        const auto sample = static_cast<std::uint64_t>(formula::Wide{word} * first.back() >> 64);
        const auto owner = static_cast<std::uint64_t>(
            std::upper_bound(first.begin(), first.end(), sample) - first.begin() - 1);
        if (drawn.insert(owner).second) {
            sampled.push_back(owner);
        }
    }
    return sampled;
}

} // namespace

std::vector<std::uint64_t> sample_cohort(std::uint64_t seed, std::uint32_t round,
                                         std::uint64_t clients, std::uint64_t cohort) {
    const formula::Permutation order = order_of(seed, round, clients);
    std::vector<std::uint64_t> sampled(cohort);
    for (std::uint32_t i = 0; i < cohort; ++i) {
        sampled[i] = formula::permute(order, i);
    }
    return sampled;
}

/// round_robin: a random order of the clients, `cohort` of them a round, from the beginning again
/// when all have trained. weighted: one after another without replacement, each by its share of the
/// samples of those not drawn yet.
Registry<SamplerEntry>& samplers() {
    static Registry<SamplerEntry> registry = [] {
        SamplerEntry uniform{{"uniform", "uniform", "without replacement"}};
        uniform.sample = [](const SamplerTask& task) {
            return sample_cohort(task.seed, task.round, task.clients(), task.cohort);
        };
        SamplerEntry turns{{"round_robin", "round robin", "in turn, in a random order"}};
        turns.sample = [](const SamplerTask& task) {
            return round_robin(task.seed, task.round, task.clients(), task.cohort);
        };
        SamplerEntry by_samples{{"weighted", "weighted", "by samples; uploads then count alike"}};
        by_samples.alike = true;
        by_samples.sample = [](const SamplerTask& task) {
            return weighted(task.seed, task.round, task.first, task.cohort);
        };
        return Registry<SamplerEntry>("server.sampling", {uniform, turns, by_samples});
    }();
    return registry;
}

} // namespace fedmrn
