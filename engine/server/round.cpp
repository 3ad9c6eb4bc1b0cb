// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#include "engine/server/round.hpp"

#include <algorithm>
#include <numeric>

#include "engine/cluster/exchange.hpp"
#include "engine/server/links.hpp"

namespace fedmrn {

std::vector<std::size_t> Cohort::longest_first() const {
    std::vector<std::size_t> order(tasks.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::stable_sort(order.begin(), order.end(),
                     [&](std::size_t a, std::size_t b) { return tasks[a].count > tasks[b].count; });
    return order;
}

std::vector<Arrival> arrivals(Communicator& ranks, std::span<const Upload> uploads) {
    std::vector<Arrival> mine;
    for (std::uint32_t k = 0; k < uploads.size(); ++k) {
        if (!uploads[k].bytes.empty()) {
            mine.push_back({uploads[k].metrics, uploads[k].bytes.size(), k, ranks.rank()});
        }
    }
    std::vector<Arrival> all(uploads.size());
    for (const auto& of_rank : gather(ranks, std::span<const Arrival>(mine))) {
        for (const Arrival& arrival : of_rank) {
            all.at(arrival.slot) = arrival;
        }
    }
    return all;
}

bool messages_are_fewer(std::span<const Arrival> arrived, std::uint64_t sums_bytes) {
    std::uint64_t bytes = 0;
    for (const Arrival& arrival : arrived) {
        bytes += arrival.bytes;
    }
    return bytes < 2 * sums_bytes;
}

void exchange(Communicator& ranks, std::span<const Arrival> arrived, std::span<Upload> uploads) {
    std::vector<std::byte> mine;
    for (std::size_t k = 0; k < arrived.size(); ++k) {
        if (arrived[k].rank == ranks.rank()) {
            mine.insert(mine.end(), uploads[k].bytes.begin(), uploads[k].bytes.end());
        }
    }
    const std::vector<std::vector<std::byte>> of_ranks = ranks.gather(mine);
    std::vector<std::size_t> next(ranks.size());
    for (std::size_t k = 0; k < arrived.size(); ++k) {
        const std::uint32_t rank = arrived[k].rank;
        if (rank != ranks.rank()) {
            const std::span<const std::byte> bytes =
                std::span(of_ranks[rank]).subspan(next[rank], arrived[k].bytes);
            uploads[k].bytes.assign(bytes.begin(), bytes.end());
        }
        next[rank] += arrived[k].bytes;
    }
}

void count(const Config& config, const ClientSplit& clients, const Cohort& cohort,
           std::span<const Arrival> arrived, std::uint64_t download, RoundMetrics& metrics) {
    std::vector<ClientWork> work;
    double loss = 0;
    for (std::size_t k = 0; k < arrived.size(); ++k) {
        loss += arrived[k].metrics.sum;
        metrics.samples += arrived[k].metrics.rows;
        metrics.uplink_bytes += arrived[k].bytes;
        work.push_back({cohort.tasks[k].client, arrived[k].bytes, download,
                        std::uint64_t{config.client.epochs} * cohort.tasks[k].count});
    }
    for (const std::uint64_t k : cohort.dropped) {
        work.push_back({k, 0, download, config.client.epochs * clients.samples(k)});
    }
    if (metrics.samples != 0) {
        metrics.train_loss = loss / static_cast<double>(metrics.samples);
    }
    metrics.messages = arrived.size();
    metrics.downlink_bytes = config.client.cohort * download;
    metrics.dropped = cohort.dropped.size();
    metrics.simulated_seconds = round_seconds(config.network, config.experiment.seed, work);
}

void gather_memory(Communicator& ranks, std::size_t each,
                   std::map<std::uint64_t, std::vector<float>>& memory) {
    if (ranks.size() == 1) {
        return;
    }
    std::vector<std::uint64_t> keepers;
    std::vector<float> kept;
    for (const auto& [client, values] : memory) {
        keepers.push_back(client);
        kept.insert(kept.end(), values.begin(), values.end());
    }
    const auto clients_of = gather(ranks, std::span<const std::uint64_t>(keepers));
    const auto values_of = gather(ranks, std::span<const float>(kept));
    for (std::size_t r = 0; r < clients_of.size(); ++r) {
        const float* from = values_of[r].data();
        for (const std::uint64_t client : clients_of[r]) {
            memory[client].assign(from, from + each);
            from += each;
        }
    }
}

} // namespace fedmrn
