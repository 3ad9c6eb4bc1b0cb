// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "simt/executor.hpp"

// What nvcc reads as keywords. The toolkit's host_defines.h has made attributes of some of them.
#undef __shared__
#undef __constant__
#undef __global__
#undef __device__
#undef __host__
#undef __managed__
#undef __launch_bounds__
#undef __grid_constant__
#define __global__
#define __device__
#define __host__
#define __constant__
#define __managed__
#define __launch_bounds__(...)
#define __grid_constant__
// A plain declaration works, without redzones and poison: prefer FEDMRN_SHARED.
#define __shared__ static thread_local
