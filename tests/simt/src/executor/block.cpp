// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#include "executor/block.hpp"

namespace simt::detail {

void Block::begin(unsigned long id, const Grid& g) {
    const unsigned long x = g.grid.x, y = g.grid.y;
    index = uint3{static_cast<unsigned>(id % x), static_cast<unsigned>(id / x % y),
                  static_cast<unsigned>(id / x / y)};
    const unsigned size = g.block.x * g.block.y * g.block.z;
    threads.resize(size);
    warps.resize((size + 31) / 32);
    shared.renew(g.dynamic_shared);
    live = size;
    waiting = 0;
    tokens = shared.tokens() + 32 * 64; // behind the 64 of each warp
    for (unsigned rank = 0; rank < size; ++rank) {
        Thread& t = threads[rank];
        t.index =
            uint3{rank % g.block.x, rank / g.block.x % g.block.y, rank / g.block.x / g.block.y};
        t.rank = rank;
        t.lane = rank % 32;
        t.warp = rank / 32;
        t.state = State::ready;
        t.block = this;
        t.fiber = nullptr;
        t.copies.first = t.copies.end = t.copies.ended = 0;
    }
    for (unsigned w = 0; w < warps.size(); ++w) {
        const unsigned left = size - w * 32;
        warps[w].live = left >= 32 ? ~0U : (1U << left) - 1;
        warps[w].open = 0;
        warps[w].tokens = shared.tokens() + w * 64;
    }
}

std::string name(const Thread& thread) {
    const auto text = [](uint3 v) {
        return "(" + std::to_string(v.x) + "," + std::to_string(v.y) + "," + std::to_string(v.z) +
               ")";
    };
    return text(thread.index) + " of block " + text(thread.block->index);
}

} // namespace simt::detail
