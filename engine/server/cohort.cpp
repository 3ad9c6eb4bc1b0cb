// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#include "engine/server/cohort.hpp"

#include <algorithm>
#include <numeric>
#include <span>

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

/// How a cohort is drawn by samples: clients that hold at least an equal share of what the drawn
/// ones stand for are always in it; of the others a client's probability is draws · N_k / rest.
struct Shares {
    std::vector<bool> certain;
    std::uint64_t draws = 0; ///< of clients that are not certain
    std::uint64_t rest = 0;  ///< samples that those hold
};

Shares shares_of(const SamplerTask& task) {
    Shares shares{std::vector<bool>(task.clients()), task.cohort, task.first.back()};
    for (bool changed = true; changed && shares.draws != 0;) {
        changed = false;
        const Shares now = shares; // a client's own share counts, whoever comes before it
        for (std::uint64_t k = 0; k < task.clients(); ++k) {
            if (!now.certain[k] && formula::Wide{now.draws} * task.samples(k) >= now.rest) {
                shares.certain[k] = changed = true;
                --shares.draws;
                shares.rest -= task.samples(k);
            }
        }
    }
    return shares;
}

/// Systematic sampling (Madow, 1949) in an order that each round draws anew: of equal pieces of all
/// samples that are not a certain client's the same place each, whose owner is drawn. No client
/// owns two of them, and each is drawn with exactly its probability.
std::vector<std::uint64_t> weighted(const SamplerTask& task) {
    const Shares shares = shares_of(task);
    const formula::Permutation order = order_of(task.seed, task.round, task.clients());
    // 1: another place than that of the permutation's words
    const formula::Words words = formula::philox(task.seed, 1, task.round, formula::purpose_cohort);
    const std::uint64_t word = words.w[0] | std::uint64_t{words.w[1]} << 32;
    // Samples are counted in draws-ths, so that a piece is `rest` of them.
    formula::Wide next = formula::Wide{word} * shares.rest >> 64, end = 0;
    std::vector<std::uint64_t> sampled;
    for (std::uint32_t i = 0; i < task.clients(); ++i) {
        const std::uint64_t k = formula::permute(order, i);
        if (!shares.certain[k]) {
            end += formula::Wide{shares.draws} * task.samples(k);
            if (next >= end) {
                continue;
            }
            next += shares.rest;
        }
        sampled.push_back(k);
    }
    return sampled;
}

/// N_k over its probability, as integers: the weighted mean of the uploads is then, on average,
/// that of all clients by their samples.
std::vector<std::uint64_t> by_probability(const SamplerTask& task,
                                          std::span<const std::uint64_t> sampled) {
    const Shares shares = shares_of(task);
    std::vector<std::uint64_t> weights;
    std::uint64_t divisor = 0;
    for (const std::uint64_t k : sampled) {
        weights.push_back(!shares.certain[k]  ? shares.rest
                          : shares.draws == 0 ? task.samples(k)
                                              : task.samples(k) * shares.draws);
        divisor = std::gcd(divisor, weights.back());
    }
    for (std::uint64_t& weight : weights) {
        weight /= std::max<std::uint64_t>(divisor, 1); // 0 of no clients alone
    }
    return weights;
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
/// when all have trained. weighted: each with a probability by its samples.
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
        by_samples.sample = weighted;
        by_samples.weights = by_probability;
        return Registry<SamplerEntry>("server.sampling", {uniform, turns, by_samples});
    }();
    return registry;
}

} // namespace fedmrn
