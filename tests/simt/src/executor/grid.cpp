// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <atomic>
#include <numeric>
#include <random>
#include <thread>

#include "executor/executor.hpp"
#include "sanitizers.hpp"

// Blocks of a grid over OS threads.
namespace simt {
namespace detail {
namespace {

struct {
    std::atomic<std::uint64_t> launches{0}, blocks{0}, threads{0}, switches{0};
} counts;

Executor& of_this_thread() {
    static thread_local std::unique_ptr<Executor> executor;
    if (!executor) executor = std::make_unique<Executor>();
    executor->seed(config().seed);
    return *executor;
}

/// Blocks may run in any order, so they do.
std::vector<unsigned long> order_of(unsigned long blocks) {
    std::vector<unsigned long> order(blocks);
    std::iota(order.begin(), order.end(), 0UL);
    if (config().schedule == Schedule::lifo) std::reverse(order.begin(), order.end());
    if (config().schedule == Schedule::random) {
        std::shuffle(order.begin(), order.end(), std::mt19937_64(config().seed));
    }
    return order;
}

void run_independent(const std::function<void()>& kernel, const Grid& grid,
                     std::span<const unsigned long> order) {
    std::atomic<std::size_t> next{0};
    std::atomic<bool> stop{false};
    std::exception_ptr error;
    const auto work = [&] {
        Executor& executor = of_this_thread();
        for (std::size_t i = next++; !stop && i < order.size(); i = next++) {
            try {
                executor.run(kernel, grid, order.subspan(i, 1));
            } catch (...) {
                if (!stop.exchange(true)) error = std::current_exception();
            }
        }
    };
    const auto workers = std::min<std::size_t>(config().threads, order.size());
    std::vector<std::thread> others;
    for (std::size_t i = 1; i < workers; ++i) others.emplace_back(work);
    work();
    for (auto& other : others) other.join();
    if (error) std::rethrow_exception(error);
}

} // namespace

void count_switches(std::uint64_t switches) { counts.switches += switches; }

void run_grid(const std::function<void()>& kernel, const Grid& grid) {
    if (in_kernel()) throw Error("a launch from inside a kernel");
    const unsigned long blocks = 1UL * grid.grid.x * grid.grid.y * grid.grid.z;
    const unsigned long size = 1UL * grid.block.x * grid.block.y * grid.block.z;
    ++counts.launches;
    counts.blocks += blocks;
    counts.threads += blocks * size;
    struct Join { // every CUDA thread to the host
        ~Join() { tsan_acquire(&done_token); }
    } const joined;
    const auto order = order_of(blocks);
    if (grid.cooperative) {
        of_this_thread().run(kernel, grid, order);
    } else {
        run_independent(kernel, grid, order);
    }
}

} // namespace detail

Stats stats() {
    using detail::counts;
    return {counts.launches, counts.blocks, counts.threads, counts.switches};
}

} // namespace simt
