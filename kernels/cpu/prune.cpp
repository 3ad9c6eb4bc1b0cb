// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#include "kernels/prune.hpp"

namespace fedmrn::kernels::cpu {
namespace {

void stop_pruned(Device&, std::size_t lanes, const LaneState* states, std::size_t elements,
                 const float* global, PerLane<float> gradient) {
    for (std::size_t lane = 0; lane < lanes; ++lane) {
        if (states[lane].samples == 0) {
            continue;
        }
        float* g = gradient[lane].get();
        for (std::size_t i = 0; i < elements; ++i) {
            g[i] = global[i] == 0.0f ? 0.0f : g[i];
        }
    }
}

void count_kept(Device&, std::span<const KeptWeights> clients, std::size_t elements,
                std::uint64_t* kept) {
    for (const KeptWeights& client : clients) {
        for (std::size_t i = 0; i < elements; ++i) {
            kept[i] += (client.words.get()[i / 32] >> i % 32 & 1u) != 0 ? client.samples : 0;
        }
    }
}

void merge_kept(Device&, formula::MergeRule rule, std::size_t elements, const formula::Wide* sum,
                const std::uint64_t* kept, std::uint64_t samples, const float* global,
                double* mean) {
    for (std::size_t i = 0; i < elements; ++i) {
        mean[i] =
            formula::way_to(formula::merged_weight(rule, sum[i], kept[i], samples), global[i]);
    }
}

} // namespace

void prune_contracts(Backend& backend) {
    backend.set(kernels::stop_pruned, stop_pruned);
    backend.set(kernels::count_kept, count_kept);
    backend.set(kernels::merge_kept, merge_kept);
}

} // namespace fedmrn::kernels::cpu
