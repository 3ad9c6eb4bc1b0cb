// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// The CUDA vocabulary of a .cu file for g++ and clang. What a kernel of the project uses and is not
// here belongs here.
#include "simt/qualifiers.hpp"

#include "simt/atomics.hpp"
#include "simt/barrier.hpp"
#include "simt/cooperative_groups.hpp"
#include "simt/floating.hpp"
#include "simt/integer.hpp"
#include "simt/pipeline.hpp"
#include "simt/shared.hpp"
#include "simt/tensor.hpp"
#include "simt/warp.hpp"

#include "simt/launch.hpp"
