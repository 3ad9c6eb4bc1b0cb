// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <functional>

namespace fedmrn {

/// Threads that this machine runs at once; at least one.
std::size_t cores();

/// Calls body(i) for each i below count, on the calling thread and up to `threads` − 1 others, each
/// of which takes the next. All of the calls are made; then the exception of the lowest i that
/// threw is thrown, whoever was first. Where the system gives fewer threads, those there are do the
/// work.
void share_out(std::size_t count, std::size_t threads,
               const std::function<void(std::size_t)>& body);

/// Bytes of messages that take about as long to encode or to check as ten threads to start.
inline constexpr std::size_t bytes_worth_a_thread = std::size_t{1} << 20;

/// As many threads as have so much to do each that they are worth starting: of `most` at least one.
constexpr std::size_t threads_worth(std::size_t work, std::size_t of_one, std::size_t most) {
    const std::size_t worth = work / of_one;
    return worth < 1 ? 1 : worth < most ? worth : most;
}

} // namespace fedmrn
