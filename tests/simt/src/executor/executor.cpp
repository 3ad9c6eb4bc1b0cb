// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#include "executor/executor.hpp"

#include <bit>
#include <utility>

#include "sanitizers.hpp"

namespace simt::detail {
namespace {

constinit thread_local Executor* running = nullptr;
constinit thread_local Thread* running_thread = nullptr;

} // namespace

char launch_token, done_token;

Executor* Executor::current() { return running; }
Thread& Executor::self() { return *running_thread; }
Executor::Executor() : fibers_(&Executor::enter) {}
void Executor::enter() { running->body(); }

void Executor::run(const std::function<void()>& kernel, const Grid& grid,
                   std::span<const unsigned long> ids) {
    kernel_ = &kernel;
    grid_ = &grid;
    gridDim = grid.grid;
    blockDim = grid.block;
    error_ = nullptr;
    at_grid_ = 0;
    begin_blocks(ids);
    running = this;
    Thread* first = ready_.pick();
    prepare(*first);
    jump(main_, first, false);
    running = nullptr;
    running_thread = nullptr;
    count_switches(std::exchange(switches_, 0));
    finish(ids.size());
}

void Executor::begin_blocks(std::span<const unsigned long> ids) {
    const unsigned size = grid_->block.x * grid_->block.y * grid_->block.z;
    while (blocks_.size() < ids.size()) blocks_.push_back(std::make_unique<Block>());
    resident_ = ids.size();
    live_ = size * static_cast<unsigned>(ids.size());
    ready_.reset(live_);
    fibers_.reserve(live_);
    for (std::size_t b = 0; b < ids.size(); ++b) {
        blocks_[b]->begin(ids[b], *grid_);
        for (Thread& thread : blocks_[b]->threads) ready_.push(&thread);
    }
    if (config().schedule == Schedule::lifo) ready_.reverse();
    if constexpr (tsan) {
        tsan_release(&launch_token); // host to every thread; nothing between threads
        fibers_.choose_set(live_, ids.size() == 1);
        for (std::size_t b = 0; b < ids.size(); ++b) {
            for (Thread& thread : blocks_[b]->threads) thread.fiber = fibers_.take();
        }
    }
}

void Executor::finish(std::size_t blocks) {
    if (!error_ && live_ == 0) {
        for (std::size_t b = 0; b < blocks; ++b) blocks_[b]->shared.check_redzones();
        return;
    }
    const std::string stuck = error_ ? "" : deadlock();
    fibers_.reclaim();
    for (std::size_t b = 0; b < blocks; ++b) {
        blocks_[b]->shared.release();
        for (auto& warp : blocks_[b]->warps) warp.open = 0;
    }
    if (error_) std::rethrow_exception(error_);
    throw Error(stuck);
}

std::string Executor::deadlock() const {
    std::string text = "deadlock:";
    int shown = 0;
    for (std::size_t b = 0; b < resident_; ++b) {
        for (const Thread& t : blocks_[b]->threads) {
            if (t.state == State::done || shown++ == 6) continue;
            text += "\n  thread " + name(t) + " waits in " +
                    (t.state == State::at_barrier ? "__syncthreads"
                     : t.state == State::at_grid  ? "grid.sync"
                                                  : "a warp collective") +
                    " at " + t.at.text();
            if (shown >= 6) return text;
        }
    }
    return text;
}

/// The life of a fiber: one CUDA thread after another.
void Executor::body() {
    for (;;) {
        Thread* thread = running_thread;
        tsan_acquire(&launch_token);
        try {
            (*kernel_)();
        } catch (...) {
            if (!error_) error_ = std::current_exception();
            tsan_release(&done_token);
        }
        Thread* next = nullptr; // after an error: back to the host
        if (!error_) {
            leave(*thread);
            next = ready_.pick();
        }
        if (next && !next->fiber && !tsan) { // the next thread begins on this very stack
            next->fiber = std::exchange(thread->fiber, nullptr);
            become(*next);
            continue;
        }
        Fiber* fiber = std::exchange(thread->fiber, nullptr);
        if (next) prepare(*next); // before ours is up for reuse
        fibers_.put_back(fiber);
        jump(*fiber, next, true);
    }
}

/// A thread that has ended is not waited for any more.
void Executor::leave(Thread& thread) {
    Block& block = *thread.block;
    Warp& warp = block.warps[thread.warp];
    thread.state = State::done;
    --live_;
    --block.live;
    warp.live &= ~(1U << thread.lane);
    tsan_release(&done_token);
    if (block.live && block.waiting == block.live) release_barrier(block);
    for (unsigned open = warp.open; open; open &= open - 1) {
        const auto i = static_cast<unsigned>(std::countr_zero(open));
        const Rendezvous& r = warp.meetings[i];
        if (!(r.mask & warp.live & ~r.arrived)) complete(block, thread.warp, i);
    }
    if (live_ && at_grid_ == live_) release_grid();
}

void Executor::wait(State state, const Where& at) {
    running_thread->state = state;
    running_thread->at = at;
}

void Executor::wake(Thread& thread) {
    thread.state = State::ready;
    if (&thread != running_thread) ready_.push(&thread);
}

/// The thread that completes a rendezvous goes on without a switch, unless the schedule is random.
void Executor::go_on() {
    running_thread->state = State::ready;
    if (config().schedule == Schedule::random) {
        ready_.push(running_thread);
        block_self();
    }
}

void Executor::yield() {
    if (ready_.empty()) return;
    ready_.push_last(running_thread);
    block_self();
}

void Executor::block_self() {
    Thread* next = ready_.pick();
    if (next == running_thread) return;
    if (next) prepare(*next);
    tsan_release(&done_token);                 // this thread may be abandoned here
    jump(*running_thread->fiber, next, false); // nobody can go on: the host reports the deadlock
}

void Executor::become(Thread& thread) {
    running_thread = &thread;
    threadIdx = thread.index;
    blockIdx = thread.block->index;
}

void Executor::prepare(Thread& thread) {
    if (!thread.fiber) thread.fiber = fibers_.take();
}

void Executor::jump(Fiber& from, Thread* to, bool last) {
    if (to) become(*to);
    ++switches_;
    switch_fiber(from, to ? *to->fiber : main_, last);
}

} // namespace simt::detail
