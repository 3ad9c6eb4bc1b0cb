// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// <curand_kernel.h> for host compilers: its Philox is plain C++. Its MTGP header declares blockDim
// and threadIdx as constants of its own, which would clash with the simulator's.
#include "simt/executor.hpp"

#pragma push_macro("blockDim")
#pragma push_macro("threadIdx")
#define blockDim simt_unused_blockDim
#define threadIdx simt_unused_threadIdx
#include <curand_kernel.h>
#pragma pop_macro("blockDim")
#pragma pop_macro("threadIdx")
