// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <string>

#include "fedmrn/communicator.hpp"

namespace fedmrn::cli {

/// The job that mpirun or srun has started this process in, while it lives. Nothing is asked of MPI
/// where neither has.
class Job {
public:
    /// Throws Error where several processes were started and this build has no MPI.
    Job();
    ~Job();
    Job(const Job&) = delete;
    Job& operator=(const Job&) = delete;

    /// Null: a process alone.
    [[nodiscard]] const std::shared_ptr<Communicator>& ranks() const { return ranks_; }
    /// Before what an error says: which rank. Empty for a process alone.
    [[nodiscard]] std::string name() const;
    /// What befalls all ranks is said by the first, which then ends the others: they wait for it.
    void wait_for_first() const;
    /// Ends the other ranks, who would wait for this one for ever, and this one; returns where
    /// there are none.
    void abort(int status) const;

private:
    std::shared_ptr<Communicator> ranks_;
};

/// The process' job, from when a command asks for it to the end of the program.
std::unique_ptr<Job>& job();

} // namespace fedmrn::cli
