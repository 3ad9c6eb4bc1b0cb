// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#include "engine/cli/job.hpp"

#include <chrono>
#include <csignal>
#include <cstdlib>
#include <thread>

#include <fmt/core.h>

#if defined(FEDMRN_WITH_MPI)
#include "fedmrn/mpi.hpp"
#endif

#include "fedmrn/error.hpp"

namespace fedmrn::cli {
namespace {

/// Processes that a launcher has started together, by what Open MPI's, MPICH's and Slurm's say.
unsigned long started() {
    for (const char* name : {"OMPI_COMM_WORLD_SIZE", "PMI_SIZE", "SLURM_STEP_NUM_TASKS"})
        if (const char* size = std::getenv(name)) return std::strtoul(size, nullptr, 10);
    return 1;
}

} // namespace

#if defined(FEDMRN_WITH_MPI)

namespace {

/// MPI has threads of its own: a signal that only they do not block would end the process, before
/// Signals sees it. They inherit what is blocked when they begin.
class SignalsKeptFromThreads {
public:
    SignalsKeptFromThreads() {
        sigset_t set;
        sigemptyset(&set);
        for (const int number : {SIGINT, SIGTERM, SIGUSR1}) sigaddset(&set, number);
        pthread_sigmask(SIG_BLOCK, &set, &before_);
    }
    ~SignalsKeptFromThreads() { pthread_sigmask(SIG_SETMASK, &before_, nullptr); }
    SignalsKeptFromThreads(const SignalsKeptFromThreads&) = delete;
    SignalsKeptFromThreads& operator=(const SignalsKeptFromThreads&) = delete;

private:
    sigset_t before_{};
};

} // namespace

Job::Job() {
    if (started() < 2) return;
    const SignalsKeptFromThreads kept;
    int given = MPI_THREAD_SINGLE;
    if (MPI_Init_thread(nullptr, nullptr, MPI_THREAD_SERIALIZED, &given) != MPI_SUCCESS ||
        given < MPI_THREAD_SERIALIZED)
        throw Error("MPI: it cannot be used by several threads in turn (MPI_THREAD_SERIALIZED)",
                    Fault::run);
    ranks_ = ranks_of(MPI_COMM_WORLD);
}

Job::~Job() {
    if (!ranks_) return;
    ranks_.reset();
    MPI_Finalize();
}

void Job::abort(int status) const {
    if (ranks_) MPI_Abort(MPI_COMM_WORLD, status);
}

#else

Job::Job() {
    if (started() > 1)
        throw Error(fmt::format("{} processes were started, and this fedmrn was built without MPI: "
                                "each would train the whole run; build it where MPI is installed, "
                                "or start one",
                                started()));
}
Job::~Job() = default;
void Job::abort(int) const {}

#endif

std::string Job::name() const {
    return ranks_ ? fmt::format("rank {}: ", ranks_->rank()) : std::string();
}

void Job::wait_for_first() const {
    if (ranks_ && ranks_->rank() != 0) std::this_thread::sleep_for(std::chrono::seconds(1));
}

std::unique_ptr<Job>& job() {
    static std::unique_ptr<Job> instance;
    return instance;
}

} // namespace fedmrn::cli
