// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "executor/fiber.hpp"
#include "executor/shared_memory.hpp"
#include "simt/executor.hpp"

// What the scheduler knows of a block, its warps and its threads.
namespace simt::detail {

struct Block;

/// A thread's asynchronous copies in a ring that stays where it is, as Warp::meetings does.
struct Copies {
    struct Entry {
        AsyncCopy copy;
        std::uint64_t group = 0;
    };
    std::vector<Entry> ring = std::vector<Entry>(128);
    std::uint64_t first = 0, end = 0; ///< of those that have not happened
    std::uint64_t ended = 0;          ///< groups
};

enum class State : std::uint8_t { ready, at_barrier, at_warp, at_grid, done };

struct Thread {
    uint3 index{};
    unsigned rank = 0, lane = 0, warp = 0;
    State state = State::ready;
    Block* block = nullptr;
    Fiber* fiber = nullptr; ///< only while it has begun and has not ended
    std::uint64_t result = 0;
    Where at; ///< where it waits
    Copies copies;
};

/// Lanes of one warp on their way to one collective.
struct Rendezvous {
    WarpOp op{};
    unsigned mask = 0, arrived = 0, token = 0;
    std::uint64_t in[32];
    unsigned from[32];
};

struct Warp {
    unsigned live = 0; ///< lanes that have not ended
    /// Meetings in progress have their bit in `open`. They stay where they are: moving one would be
    /// a memmove, which the thread sanitizer sees even in code that is not instrumented.
    std::vector<Rendezvous> meetings = std::vector<Rendezvous>(32);
    unsigned open = 0;
    // The thread sanitizer's tokens: one a rendezvous, reused after 64.
    char* tokens = nullptr;
    unsigned generation = 0;
};

struct Block {
    uint3 index{};
    std::vector<Thread> threads;
    std::vector<Warp> warps;
    SharedMemory shared;
    unsigned live = 0;
    // the barrier that some threads wait at
    unsigned waiting = 0, count = 0;
    bool all = true, any = false;
    Vote vote{};
    Where at;
    char* tokens = nullptr;
    unsigned generation = 0;

    /// Makes it block `id` of the grid with none of its threads begun.
    void begin(unsigned long id, const Grid& grid);
};

std::string name(const Thread& thread); ///< "(x,y,z) of block (x,y,z)"

/// What the collective answers to every lane that arrived, into Thread::result.
void answer(const Rendezvous& rendezvous, Thread* warp);

} // namespace simt::detail
