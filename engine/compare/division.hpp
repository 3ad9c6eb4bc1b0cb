// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "engine/compare/plan.hpp"
#include "fedmrn/communicator.hpp"

namespace fedmrn {

/// One run of a plan.
struct PlannedRun {
    std::size_t cell = 0;
    std::optional<std::size_t> tried; ///< the candidate that it tries; nothing: of the chosen one
    std::size_t seed = 0;             ///< of the candidate's tuning, or of its runs
};

/// The order of a plan's runs: what is tuned, then every cell with the first seed, then with the
/// second. As many as plan.runs().
std::vector<PlannedRun> runs_of(const ComparePlan& plan);

/// How a run ended. Neither: it was stopped, or not begun.
struct RunEnd {
    bool finished = false;
    std::string failure; ///< why; empty: it did not fail
};

/// Part `number` of `of`, from 1 on.
struct ComparePart {
    std::uint32_t number = 1, of = 1;
};

/// Which runs of a plan are this process', by their numbers in runs_of().
class Division {
public:
    virtual ~Division() = default;
    /// Whether this process trains the run; asked once a run, in their order. What is taken has to
    /// be ended.
    virtual bool take(std::size_t run) = 0;
    virtual void end(std::size_t run, const RunEnd& how) = 0;
    /// How a run ended; waits where it is at work elsewhere.
    virtual RunEnd end_of(std::size_t run) = 0;
};

/// One process does all.
std::unique_ptr<Division> undivided(const ComparePlan& plan);

/// One of several processes that know nothing of each other. A cell that is tuned is one piece, a
/// seed of another cell is one; they are dealt by their local steps (share_by_work), so that every
/// part knows what is its own.
std::unique_ptr<Division> divided(const ComparePlan& plan, ComparePart part);

/// The ranks of a job: who is free takes the next. What is taken, and how it ended, are files in a
/// folder of their own in plan.out, which rank 0 makes and, when all are through, removes. Every
/// rank calls it, and lets go of it, together. Once one rank was stopped no rank takes any more.
std::unique_ptr<Division> by_ranks(const ComparePlan& plan, std::shared_ptr<Communicator> ranks,
                                   std::stop_token stop);

} // namespace fedmrn
