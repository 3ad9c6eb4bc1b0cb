// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#include <bit>
#include <cstdio>
#include <cstring>

#include "executor/executor.hpp"
#include "sanitizers.hpp"

// Where threads of a block, a warp or a grid meet.
namespace simt::detail {
namespace {

char grid_tokens[2];

std::string hex(unsigned value) {
    char text[16];
    std::snprintf(text, sizeof text, "0x%08x", value);
    return text;
}
bool same_place(const Where& a, const Where& b) {
    return a.line == b.line && std::strcmp(a.file, b.file) == 0;
}

} // namespace

int Executor::barrier(int predicate, Vote vote, const Where& at) {
    Thread& me = self();
    Block& block = *me.block;
    if (block.waiting == 0) {
        block.at = at;
        block.vote = vote;
        block.count = 0;
        block.all = true;
        block.any = false;
    } else if (block.vote != vote || !same_place(block.at, at)) {
        throw Error("divergent __syncthreads: thread " + name(me) + " at " + at.text() +
                    ", others at " + block.at.text());
    }
    const bool set = predicate != 0;
    block.count += set;
    block.all = block.all && set;
    block.any = block.any || set;
    ++block.waiting;
    void* token = block.tokens + (block.generation & 1U);
    tsan_release(token);
    wait(State::at_barrier, at);
    if (block.waiting == block.live) {
        release_barrier(block);
        go_on();
    } else {
        block_self();
    }
    tsan_acquire(token);
    return static_cast<int>(me.result);
}

void Executor::release_barrier(Block& block) {
    const unsigned result = block.vote == Vote::count ? block.count
                            : block.vote == Vote::all ? unsigned{block.all}
                                                      : unsigned{block.any};
    block.waiting = 0;
    ++block.generation;
    for (Thread& thread : block.threads) {
        if (thread.state == State::at_barrier) {
            thread.result = result;
            wake(thread);
        }
    }
}

void Executor::grid_barrier(const Where& at) {
    if (!grid_->cooperative)
        throw Error("grid.sync() without a cooperative launch at " + at.text());
    void* token = &grid_tokens[grid_generation_ & 1U];
    tsan_release(token);
    wait(State::at_grid, at);
    if (++at_grid_ == live_) {
        release_grid();
        go_on();
    } else {
        block_self();
    }
    tsan_acquire(token);
}

void Executor::release_grid() {
    at_grid_ = 0;
    ++grid_generation_;
    for (std::size_t b = 0; b < resident_; ++b) {
        for (Thread& thread : blocks_[b]->threads) {
            if (thread.state == State::at_grid) wake(thread);
        }
    }
}

/// The meeting of this mask, the caller's own to open when it comes first.
unsigned Executor::join(Warp& warp, WarpOp op, unsigned mask, const Where& at) {
    const Thread& me = self();
    if (!(mask >> me.lane & 1U)) {
        throw Error("warp collective: thread " + name(me) + " is not in its own mask " + hex(mask) +
                    " at " + at.text());
    }
    for (unsigned open = warp.open; open; open &= open - 1) {
        const auto i = static_cast<unsigned>(std::countr_zero(open));
        const Rendezvous& r = warp.meetings[i];
        if (r.mask != mask && r.mask >> me.lane & 1U) {
            throw Error("warp collective: lanes of one warp disagree on the mask, " + hex(r.mask) +
                        " and " + hex(mask) + " at " + at.text());
        }
        if (r.mask == mask && r.op != op) {
            throw Error("warp collective: lanes of one mask call different collectives at " +
                        at.text());
        }
        if (r.mask == mask) return i;
    }
    // A lane waits in one meeting only, so fewer than 32 are open.
    const auto i = static_cast<unsigned>(std::countr_one(warp.open));
    warp.open |= 1U << i;
    Rendezvous& r = warp.meetings[i];
    r.op = op;
    r.mask = mask;
    r.arrived = 0;
    r.token = warp.generation++ & 63U;
    return i;
}

std::uint64_t Executor::warp(WarpOp op, unsigned mask, std::uint64_t in, unsigned from,
                             const Where& at) {
    Thread& me = self();
    Warp& warp = me.block->warps[me.warp];
    const unsigned meeting = join(warp, op, mask, at);
    Rendezvous& r = warp.meetings[meeting];
    r.arrived |= 1U << me.lane;
    r.in[me.lane] = in;
    r.from[me.lane] = from;
    void* token = warp.tokens + r.token;
    tsan_release(token);
    wait(State::at_warp, at);
    if (!(mask & warp.live & ~r.arrived)) {
        complete(*me.block, me.warp, meeting);
        go_on();
    } else {
        block_self();
    }
    tsan_acquire(token);
    return me.result;
}

void Executor::complete(Block& block, unsigned warp, unsigned meeting) {
    const Rendezvous& r = block.warps[warp].meetings[meeting];
    Thread* first = &block.threads[static_cast<std::size_t>(warp) * 32];
    answer(r, first);
    for (unsigned lane = 0; lane < 32; ++lane) {
        if (r.arrived >> lane & 1U) wake(first[lane]);
    }
    block.warps[warp].open &= ~(1U << meeting);
}

} // namespace simt::detail
