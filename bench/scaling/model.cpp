// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#include "bench/scaling/model.hpp"

#include <algorithm>
#include <cmath>
#include <functional>
#include <numeric>
#include <queue>
#include <utility>

namespace fedmrn::scaling {
namespace {

std::vector<std::size_t> longest_first(std::span<const double> planned) {
    std::vector<std::size_t> order(planned.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::stable_sort(order.begin(), order.end(),
                     [&](std::size_t a, std::size_t b) { return planned[a] > planned[b]; });
    return order;
}

/// Ranks by a time, the earliest first, the first of equals.
using Earliest = std::priority_queue<std::pair<double, std::size_t>,
                                     std::vector<std::pair<double, std::size_t>>, std::greater<>>;

Earliest all_at_zero(std::size_t ranks) {
    Earliest queue;
    for (std::size_t r = 0; r < ranks; ++r) queue.emplace(0.0, r);
    return queue;
}

std::vector<double> at_least(std::vector<double> seconds, std::span<const double> longest,
                             double alone) {
    for (std::size_t r = 0; r < seconds.size(); ++r)
        seconds[r] = std::max(seconds[r], alone * longest[r]);
    return seconds;
}

/// A ring: in step s rank r sends bytes(r, s) to the next one as soon as it has what came in the
/// step before and has sent its own. The time at which the last one has all.
template <class Bytes>
double ring(const Machine& machine, std::span<const double> ready, std::size_t steps,
            const Bytes& bytes) {
    const std::size_t n = machine.ranks;
    std::vector<double> at(ready.begin(), ready.end()), next(n);
    for (std::size_t s = 0; s < steps; ++s) {
        for (std::size_t r = 0; r < n; ++r) {
            const std::size_t from = (r + n - 1) % n;
            const double sent = machine.to_next(r).seconds(bytes(r, s)) + at[r];
            const double came = machine.to_next(from).seconds(bytes(from, s)) + at[from];
            next[r] = std::max(sent, came);
        }
        at.swap(next);
    }
    return *std::max_element(at.begin(), at.end());
}

} // namespace

std::vector<double> divided(const Clients& clients, std::size_t ranks, double alone) {
    Earliest load = all_at_zero(ranks);
    std::vector<double> seconds(ranks), longest(ranks);
    for (const std::size_t k : longest_first(clients.planned)) {
        const auto [planned, rank] = load.top();
        load.pop();
        load.emplace(planned + clients.planned[k], rank);
        seconds[rank] += clients.seconds[k];
        longest[rank] = std::max(longest[rank], clients.seconds[k]);
    }
    return at_least(std::move(seconds), longest, alone);
}

std::vector<double> queued(const Clients& clients, std::size_t ranks, double asking, double alone) {
    Earliest free = all_at_zero(ranks);
    std::vector<double> longest(ranks);
    for (const std::size_t k : longest_first(clients.planned)) {
        const auto [now, rank] = free.top();
        free.pop();
        free.emplace(now + asking + clients.seconds[k], rank);
        longest[rank] = std::max(longest[rank], clients.seconds[k]);
    }
    std::vector<double> seconds(ranks);
    for (; !free.empty(); free.pop()) seconds[free.top().second] = free.top().first + asking;
    return at_least(std::move(seconds), longest, alone);
}

double reduced(const Machine& machine, std::span<const double> ready, double bytes) {
    const auto n = static_cast<double>(machine.ranks);
    return ring(machine, ready, 2 * (machine.ranks - 1),
                [&](std::size_t, std::size_t) { return bytes / n; });
}

double gathered(const Machine& machine, std::span<const double> ready,
                std::span<const double> own) {
    const std::size_t n = machine.ranks;
    return ring(machine, ready, n - 1, // in step s a rank passes on what began s ranks before it
                [&](std::size_t r, std::size_t s) { return own[(r + n - s) % n]; });
}

double reduced_alike(std::size_t ranks, const Link& link, double bytes) {
    const auto n = static_cast<double>(ranks);
    return 2 * (n - 1) * link.seconds(bytes / n);
}

double gathered_alike(std::size_t ranks, const Link& link, double own) {
    return (static_cast<double>(ranks) - 1) * link.seconds(own);
}

std::uint64_t break_even(double sum_bytes, double message_bytes) {
    return static_cast<std::uint64_t>(std::floor(2 * sum_bytes / message_bytes)) + 1;
}

} // namespace fedmrn::scaling
