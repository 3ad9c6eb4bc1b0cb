// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#include "bench/scaling/rounds.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace fedmrn::scaling {
namespace {

/// Mean 1, the given coefficient of variation, lognormal.
double factor(double variation, std::mt19937_64& words) {
    const double variance = std::log1p(variation * variation);
    std::normal_distribution<double> normal(-variance / 2, std::sqrt(variance));
    return variation == 0 ? 1.0 : std::exp(normal(words));
}

} // namespace

Clients drawn(const Work& work, std::size_t cohort, std::mt19937_64& words) {
    Clients clients;
    for (std::size_t k = 0; k < cohort; ++k) {
        if (!work.measured.empty()) {
            const auto& [planned, seconds] = work.measured[words() % work.measured.size()];
            clients.planned.push_back(planned);
            clients.seconds.push_back(seconds);
            continue;
        }
        clients.planned.push_back(work.seconds * factor(work.known, words));
        clients.seconds.push_back(clients.planned.back() * factor(work.unknown, words));
    }
    return clients;
}

RoundTimes round_of(const Machine& machine, const Work& work, const Clients& clients,
                    Division division, Exchange exchange) {
    const auto ranks = static_cast<double>(machine.ranks);
    const auto cohort = static_cast<double>(clients.seconds.size());
    std::vector<double> ready = division == Division::before
                                    ? divided(clients, machine.ranks, work.alone)
                                    : queued(clients, machine.ranks, work.asking, work.alone);
    RoundTimes times;
    times.training = *std::max_element(ready.begin(), ready.end());
    times.idle = times.training - std::accumulate(ready.begin(), ready.end(), 0.0) / ranks;
    double end = 0; // of exchange and adding
    if (exchange == Exchange::sums) {
        const double share = cohort / ranks * work.adding + machine.host.seconds(work.sum_bytes);
        for (double& time : ready) time += share;
        end = reduced(machine, ready, work.sum_bytes) + machine.host.seconds(work.sum_bytes);
    } else {
        const std::vector<double> own(machine.ranks, cohort / ranks * work.message_bytes);
        end = gathered(machine, ready, own) + cohort * work.adding;
    }
    times.exchange = end - times.training;
    times.all = end + work.server;
    times.one_rank = divided(clients, 1, work.alone).front() + cohort * work.adding + work.server;
    return times;
}

RoundTimes rounds_of(const Machine& machine, const Work& work, std::size_t cohort,
                     Division division, Exchange exchange, std::size_t rounds, std::uint64_t seed) {
    std::mt19937_64 words(seed);
    RoundTimes mean;
    for (std::size_t r = 0; r < rounds; ++r) {
        const RoundTimes one =
            round_of(machine, work, drawn(work, cohort, words), division, exchange);
        mean.training += one.training;
        mean.idle += one.idle;
        mean.exchange += one.exchange;
        mean.all += one.all;
        mean.one_rank += one.one_rank;
    }
    for (double* sum : {&mean.training, &mean.idle, &mean.exchange, &mean.all, &mean.one_rank})
        *sum /= static_cast<double>(rounds);
    return mean;
}

} // namespace fedmrn::scaling
