// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <vector>

#include <boost/context/detail/fcontext.hpp>

namespace simt::detail {

/// A stack of its own to run one CUDA thread on.
struct Fiber {
    boost::context::detail::fcontext_t context{};
    char* stack = nullptr; ///< above its guard page
    std::size_t size = 0;
    // the address sanitizer's view of the stack, and the sanitizers' own state
    const void* bottom = nullptr;
    std::size_t bottom_size = 0;
    void* fake_stack = nullptr;
    void* tsan = nullptr;
};

/// Leaves `from` for `to`. `last` says that `from` will not be resumed.
void switch_fiber(Fiber& from, Fiber& to, bool last);

/// The fibers of one OS thread. They are kept from launch to launch.
class FiberPool {
public:
    using Entry = void (*)();
    /// `entry` is the first code of every fiber and never returns.
    explicit FiberPool(Entry entry) : entry_(entry) {}
    FiberPool(const FiberPool&) = delete;
    FiberPool& operator=(const FiberPool&) = delete;
    ~FiberPool();

    Fiber* take();
    void put_back(Fiber* fiber) { idle_.push_back(fiber); }
    /// After a failed launch: every fiber is idle again, whatever it was in the middle of.
    void reclaim();
    /// Room for `count` fibers, so that put_back never allocates.
    void reserve(std::size_t count);
    /// Thread sanitizer only. Two sets of `count` fibers are used in turn when `alternate`: what
    /// the threads of one block learnt at its barriers must not reach the next block's.
    void choose_set(std::size_t count, bool alternate);

private:
    Fiber* make();
    Entry entry_;
    std::vector<Fiber*> all_, idle_, sets_[2];
    unsigned set_ = 0;
};

} // namespace simt::detail
