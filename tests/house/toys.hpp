// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

namespace fedmrn::test {

// Parts of every kind, made outside of the engine: what somebody writes who adds one. Each file is
// an example of its own; docs/architecture.md shows them.

void register_stripes();    ///< a data set
void register_blocks();     ///< a partition
void register_first();      ///< a sampler
void register_signs();      ///< a server optimiser
void register_first_rows(); ///< a method
void register_hinge();      ///< a loss
void register_place();      ///< a metric
void register_swish();      ///< a layer
void register_odd();        ///< a stage

/// All of them, once a process.
void register_toys();

} // namespace fedmrn::test
