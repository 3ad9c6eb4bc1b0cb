// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#include "engine/base/threads.hpp"

#include <algorithm>
#include <atomic>
#include <exception>
#include <mutex>
#include <system_error>
#include <thread>
#include <vector>

namespace fedmrn {

std::size_t cores() { return std::max(1U, std::thread::hardware_concurrency()); }

void share_out(std::size_t count, std::size_t threads,
               const std::function<void(std::size_t)>& body) {
    std::atomic<std::size_t> next{0};
    std::mutex mutex;
    std::exception_ptr failure;
    std::size_t failed = count;
    const auto work = [&] {
        for (std::size_t i = next++; i < count; i = next++) {
            try {
                body(i);
            } catch (...) {
                const std::scoped_lock lock(mutex);
                if (i < failed) failure = std::current_exception();
                failed = std::min(failed, i);
            }
        }
    };
    {
        std::vector<std::jthread> others;
        try {
            while (others.size() + 1 < std::min(count, threads)) others.emplace_back(work);
        } catch (const std::system_error&) { // no more of them
        }
        work();
    }
    if (failure) std::rethrow_exception(failure);
}

} // namespace fedmrn
