// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <exception>
#include <functional>
#include <memory>
#include <span>
#include <vector>

#include "executor/block.hpp"
#include "executor/ready_ring.hpp"

namespace simt::detail {

/// Runs blocks on one OS thread: every CUDA thread is a fiber, a barrier or a warp collective is a
/// rendezvous at which fibers wait. Nothing preempts a fiber between two of them, so the schedule
/// decides everything and a run can be repeated.
class Executor {
public:
    Executor();

    /// Runs the listed blocks, all of them resident at once: one block, or a cooperative grid.
    /// Throws what a CUDA thread threw, or Error when none can go on.
    void run(const std::function<void()>& kernel, const Grid& grid,
             std::span<const unsigned long> ids);
    void seed(std::uint64_t seed) { ready_.seed(seed); }

    // Called on a CUDA thread's fiber.
    int barrier(int predicate, Vote vote, const Where& at);
    std::uint64_t warp(WarpOp op, unsigned mask, std::uint64_t in, unsigned from, const Where& at);
    void grid_barrier(const Where& at);
    void yield();

    /// The one that runs on this OS thread, or null outside a kernel; and its CUDA thread.
    static Executor* current();
    static Thread& self();

private:
    static void enter();
    void body();
    void begin_blocks(std::span<const unsigned long> ids);
    void finish(std::size_t blocks);
    [[nodiscard]] std::string deadlock() const;

    void wait(State state, const Where& at);
    void wake(Thread& thread);
    void go_on();
    void leave(Thread& thread);
    void block_self();
    void jump(Fiber& from, Thread* to, bool last);
    void prepare(Thread& thread);
    static void become(Thread& thread);

    void release_barrier(Block& block);
    void release_grid();
    void complete(Block& block, unsigned warp, unsigned meeting);
    unsigned join(Warp& warp, WarpOp op, unsigned mask, const Where& at);

    const std::function<void()>* kernel_ = nullptr;
    const Grid* grid_ = nullptr;
    std::vector<std::unique_ptr<Block>> blocks_;
    std::size_t resident_ = 0;
    unsigned live_ = 0, at_grid_ = 0, grid_generation_ = 0;
    ReadyRing ready_;
    FiberPool fibers_;
    Fiber main_; ///< the OS thread's own stack
    std::exception_ptr error_;
    std::uint64_t switches_ = 0;
};

/// Tokens of the thread sanitizer: what the host did before a launch, and what the launch did.
extern char launch_token, done_token;
void count_switches(std::uint64_t switches);

} // namespace simt::detail
