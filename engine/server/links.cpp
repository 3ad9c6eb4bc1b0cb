// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#include "engine/server/links.hpp"

#include <algorithm>
#include <cmath>

#include "kernels/formula/key.hpp"
#include "kernels/formula/normal.hpp"

namespace fedmrn {
namespace {

constexpr double bytes_a_megabit = 1e6 / 8;

double seconds(double amount, double rate) { return rate > 0 ? amount / rate : 0; }

} // namespace

ClientRates client_rates(const NetworkConfig& config, std::uint64_t seed, std::uint64_t client) {
    const formula::Words words = formula::philox(seed, client, 0, formula::purpose_network);
    const auto spread = [&](int i) {
        return std::exp(config.spread * static_cast<double>(formula::normal_quantile(words.w[i])));
    };
    return {config.uplink * bytes_a_megabit * spread(0),
            config.downlink * bytes_a_megabit * spread(1), config.speed * spread(2)};
}

double round_seconds(const NetworkConfig& config, std::uint64_t seed,
                     std::span<const ClientWork> clients) {
    double slowest = 0;
    for (const ClientWork& work : clients) {
        const ClientRates rates = client_rates(config, seed, work.client);
        slowest =
            std::max(slowest, seconds(static_cast<double>(work.downlink_bytes), rates.downlink) +
                                  seconds(static_cast<double>(work.samples), rates.speed) +
                                  seconds(static_cast<double>(work.uplink_bytes), rates.uplink));
    }
    return slowest;
}

bool drops_out(const NetworkConfig& config, std::uint64_t seed, std::uint32_t round,
               std::uint64_t client) {
    // Rounds are counted from 1, the rates take step 0.
    return formula::philox(seed, client, round, formula::purpose_network).w[0] <
           config.dropout * 0x1p32;
}

} // namespace fedmrn
