// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#include <cstdio>

#include "tests/support/gpu.hpp"

// Every test of this program needs a GPU.
namespace fedmrn::test {
namespace {

class Gpu final : public ::testing::Environment {
    void SetUp() override {
        // Google Test skips the tests, and then counts them as passed: this line tells ctest.
        if (!gpu_is_there()) std::puts("[  SKIPPED ] every test of this program");
        want_gpu();
    }
};

[[maybe_unused]] const auto* const gpu = ::testing::AddGlobalTestEnvironment(new Gpu);

} // namespace
} // namespace fedmrn::test
