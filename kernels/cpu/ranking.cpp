// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#include "kernels/ranking.hpp"

#include "kernels/formula/ranking.hpp"

namespace fedmrn::kernels::cpu {
namespace {

void count_top_k(Device&, std::size_t lanes, std::size_t batch, std::size_t classes, std::size_t k,
                 const LaneState* states, const float* logits, const std::uint16_t* labels,
                 LaneMetrics* tallies) {
    for (std::size_t lane = 0; lane < lanes; ++lane) {
        for (std::size_t row = 0; row < states[lane].samples; ++row) {
            const std::size_t at = lane * batch + row;
            const float* z = logits + at * classes;
            const std::uint32_t label = labels[at];
            std::size_t before = 0;
            for (std::uint32_t c = 0; c < classes; ++c) {
                before += formula::ranks_before(z[c], c, z[label], label);
            }
            tallies[lane].hits += before < k;
            ++tallies[lane].rows;
        }
    }
}

} // namespace

void ranking_contracts(Backend& backend) { backend.set(kernels::count_top_k, count_top_k); }

} // namespace fedmrn::kernels::cpu
