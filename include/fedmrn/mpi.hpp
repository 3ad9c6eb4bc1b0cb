// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>

#include <mpi.h>

#include "fedmrn/communicator.hpp"

#pragma GCC visibility push(default)
namespace fedmrn {

/// The processes of an MPI communicator, for the library fedmrn_mpi. They go on in a duplicate of
/// it, which ends with the object, before MPI_Finalize. MPI has to be initialised, with
/// MPI_THREAD_FUNNELED or more; who calls the experiment is the thread that calls MPI. Its errors
/// are those of the communicator's error handler: by default they end the job.
[[nodiscard]] std::shared_ptr<Communicator> ranks_of(MPI_Comm communicator);

} // namespace fedmrn
#pragma GCC visibility pop
