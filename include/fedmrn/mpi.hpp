// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>

#include <mpi.h>

#include "fedmrn/communicator.hpp"

#pragma GCC visibility push(default)
namespace fedmrn {

/// The processes of an MPI communicator, for the library fedmrn_mpi. They go on in a duplicate of
/// it, which ends with the object, on all ranks together, before MPI_Finalize. MPI has to be
/// initialised, of several processes with MPI_THREAD_SERIALIZED or more: lanes that are threads
/// take their clients themselves, one after another. While an Experiment works, nothing else calls
/// MPI unless MPI_THREAD_MULTIPLE was given. Throws Error (Fault::run) where fewer threads are
/// allowed. MPI's errors are those of the communicator's error handler: by default they end the
/// job. Those of the counter by which ranks take clients always do.
[[nodiscard]] std::shared_ptr<Communicator> ranks_of(MPI_Comm communicator);

} // namespace fedmrn
#pragma GCC visibility pop
