// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#include "executor/fiber.hpp"

#include <sys/mman.h>

#include "sanitizers.hpp"
#include "simt/config.hpp"
#include "simt/error.hpp"

namespace simt::detail {
namespace {

namespace context = boost::context::detail;
constexpr std::size_t page = 4096;

struct Switch {
    Fiber *from = nullptr, *to = nullptr;
    FiberPool::Entry entry = nullptr;
};
constinit thread_local Switch last_switch;

/// Just after a switch, on the new stack.
void landed(context::transfer_t transfer) {
    static_cast<Fiber*>(transfer.data)->context = transfer.fctx;
#ifdef SIMT_ASAN
    const void* bottom = nullptr;
    std::size_t size = 0;
    __sanitizer_finish_switch_fiber(last_switch.to->fake_stack, &bottom, &size);
    if (!last_switch.from->stack) { // the OS thread's own stack, met for the first time
        last_switch.from->bottom = bottom;
        last_switch.from->bottom_size = size;
    }
#endif
}

} // namespace

void switch_fiber(Fiber& from, Fiber& to, [[maybe_unused]] bool last) {
    last_switch.from = &from;
    last_switch.to = &to;
#ifdef SIMT_ASAN
    __sanitizer_start_switch_fiber(last ? nullptr : &from.fake_stack, to.bottom, to.bottom_size);
#endif
#ifdef SIMT_TSAN
    if (!from.stack) from.tsan = __tsan_get_current_fiber();
    __tsan_switch_to_fiber(to.tsan, __tsan_switch_to_fiber_no_sync);
#endif
    landed(context::jump_fcontext(to.context, &from));
}

FiberPool::~FiberPool() {
    for (Fiber* fiber : all_) {
#ifdef SIMT_TSAN
        __tsan_destroy_fiber(fiber->tsan);
#endif
        munmap(fiber->stack - page, fiber->size + page);
        delete fiber;
    }
}

Fiber* FiberPool::make() {
    auto* fiber = new Fiber;
    fiber->size = config().stack;
    void* memory = mmap(nullptr, fiber->size + page, PROT_READ | PROT_WRITE,
                        MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (memory == MAP_FAILED) throw Error("no memory for the stacks of the CUDA threads");
    mprotect(memory, page, PROT_NONE); // a stack overflow faults
    fiber->stack = static_cast<char*>(memory) + page;
    fiber->bottom = fiber->stack;
    fiber->bottom_size = fiber->size;
#ifdef SIMT_TSAN
    fiber->tsan = __tsan_create_fiber(0);
#endif
    all_.push_back(fiber);
    return fiber;
}

Fiber* FiberPool::take() {
    if (idle_.empty()) idle_.push_back(make());
    Fiber* fiber = idle_.back();
    idle_.pop_back();
    unpoison(fiber->stack, fiber->size);
    fiber->fake_stack = nullptr;
    last_switch.entry = entry_;
    fiber->context = context::make_fcontext(fiber->stack + fiber->size, fiber->size,
                                            [](context::transfer_t transfer) {
                                                landed(transfer);
                                                last_switch.entry();
                                            });
    return fiber;
}

void FiberPool::reclaim() {
    idle_ = all_;
    for (Fiber* fiber : all_) unpoison(fiber->stack, fiber->size);
}

void FiberPool::reserve(std::size_t count) {
    all_.reserve(count);
    idle_.reserve(count);
}

void FiberPool::choose_set(std::size_t count, bool alternate) {
    if (alternate) set_ ^= 1U;
    auto& set = sets_[set_];
    while (set.size() < count) set.push_back(make());
    idle_.assign(set.begin(), set.begin() + static_cast<std::ptrdiff_t>(count));
}

} // namespace simt::detail
