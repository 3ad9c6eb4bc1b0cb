// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <random>
#include <utility>
#include <vector>

#include "executor/block.hpp"
#include "simt/config.hpp"

namespace simt::detail {

/// The threads that can go on. A thread is in it at most once, so its size is fixed at launch.
class ReadyRing {
public:
    void reset(std::size_t threads) {
        ring_.resize(threads);
        head_ = size_ = 0;
    }
    void seed(std::uint64_t seed) { random_.seed(seed); }
    [[nodiscard]] bool empty() const { return size_ == 0; }
    void push(Thread* thread) { ring_[place(size_++)] = thread; }
    /// To be picked after all the others: a spinning thread would starve them under lifo.
    void push_last(Thread* thread) {
        if (config().schedule != Schedule::lifo) return push(thread);
        head_ = head_ == 0 ? ring_.size() - 1 : head_ - 1;
        ring_[head_] = thread;
        ++size_;
    }
    void reverse() {
        std::reverse(ring_.begin(), ring_.begin() + static_cast<std::ptrdiff_t>(size_));
    }

    /// The next by the schedule, or null.
    Thread* pick() {
        if (size_ == 0) return nullptr;
        --size_;
        if (config().schedule == Schedule::lifo) return ring_[place(size_)];
        if (config().schedule == Schedule::random) {
            std::swap(ring_[head_], ring_[place(random_() % (size_ + 1))]);
        }
        Thread* thread = ring_[head_];
        if (++head_ == ring_.size()) head_ = 0;
        return thread;
    }

private:
    [[nodiscard]] std::size_t place(std::size_t i) const {
        i += head_;
        return i >= ring_.size() ? i - ring_.size() : i;
    }
    std::vector<Thread*> ring_;
    std::size_t head_ = 0, size_ = 0;
    std::mt19937_64 random_{1};
};

} // namespace simt::detail
