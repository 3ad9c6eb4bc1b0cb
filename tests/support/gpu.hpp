// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdlib>
#include <string_view>

#include <gtest/gtest.h>

#include "kernels/platforms.hpp"

namespace fedmrn::test {

/// Whether a CUDA device can be opened, a real or a simulated one.
inline bool gpu_is_there() {
    static const bool there = !kernels::platform(DeviceKind::cuda).list().empty();
    return there;
}

/// Whether this build has a CUDA device, so that its tests are listed even where they cannot run.
inline bool cuda_is_built() {
#ifdef FEDMRN_WITH_CUDA
    return true;
#else
    return gpu_is_there(); // the simulated one
#endif
}

/// For SetUp() of tests that need a GPU. Without one they are skipped, or with FEDMRN_REQUIRE_GPU=1
/// in the environment they fail, so that a machine with a GPU cannot pass by testing nothing.
inline void want_gpu() {
    if (gpu_is_there()) return;
    const char* required = std::getenv("FEDMRN_REQUIRE_GPU");
    if (required && std::string_view(required) == "1")
        FAIL() << "no GPU was found, and FEDMRN_REQUIRE_GPU=1 forbids to skip";
    GTEST_SKIP() << "no GPU was found";
}

} // namespace fedmrn::test
