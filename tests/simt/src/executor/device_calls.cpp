// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#include <atomic>

#include "executor/executor.hpp"
#include "sanitizers.hpp"

// What the device headers call, passed on to the executor of this OS thread.
namespace simt::detail {
namespace {

char fence_token;

Executor& need(const char* what) {
    Executor* executor = Executor::current();
    if (!executor) throw Error(std::string(what) + " outside a kernel");
    return *executor;
}

} // namespace

int barrier(int predicate, Vote vote, const Where& at) {
    return need("__syncthreads").barrier(predicate, vote, at);
}
std::uint64_t warp(WarpOp op, unsigned mask, std::uint64_t in, unsigned from, const Where& at) {
    return need("a warp collective").warp(op, mask, in, from, at);
}
void grid_barrier(const Where& at) { need("grid.sync").grid_barrier(at); }
void fence() {
    std::atomic_thread_fence(std::memory_order_seq_cst);
    tsan_release(&fence_token);
    tsan_acquire(&fence_token);
}
void yield() {
    if (Executor* executor = Executor::current()) executor->yield();
}
unsigned lane() {
    need("a lane's number");
    return Executor::self().lane;
}
unsigned thread_rank() {
    need("a thread's rank");
    return Executor::self().rank;
}
void* shared(const void* key, std::size_t size, std::size_t align, const Where& at) {
    need("shared memory");
    return Executor::self().block->shared.variable(key, size, align, at);
}
void* dynamic_shared() {
    need("shared memory");
    return Executor::self().block->shared.dynamic();
}
bool in_kernel() { return Executor::current() != nullptr; }
void queue_copy(const AsyncCopy& copy) {
    need("an asynchronous copy");
    Copies& copies = Executor::self().copies;
    if (copies.end - copies.first == copies.ring.size()) {
        throw Error(
            "a thread has more asynchronous copies under way than the simulator holds (128)");
    }
    Copies::Entry& entry = copies.ring[copies.end++ % copies.ring.size()];
    entry.copy = copy;
    entry.group = copies.ended;
}
void end_copy_group() {
    need("an asynchronous copy");
    ++Executor::self().copies.ended;
}
bool next_copy(std::size_t later, AsyncCopy& copy) {
    need("an asynchronous copy");
    Copies& copies = Executor::self().copies;
    const Copies::Entry& entry = copies.ring[copies.first % copies.ring.size()];
    if (copies.first == copies.end || entry.group + later >= copies.ended) return false;
    copy = entry.copy;
    ++copies.first;
    return true;
}

} // namespace simt::detail
