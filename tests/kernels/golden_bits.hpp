// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "kernels/device.hpp"

namespace fedmrn::test {

/// A contract of exactness `bits` in one setting.
struct GoldenCase {
    std::string name;
    /// Runs it on vectors of `elements` and hashes the bytes of what it wrote (FNV-1a, 64 bits).
    std::function<std::uint64_t(Device& device, std::size_t elements)> hash;
};

/// All of them, in the order of the table in golden_hashes.hpp. Inputs are made of integers, and
/// hold zeros, infinities, not-a-numbers and subnormals where the contract takes them.
std::vector<GoldenCase> golden_cases();

/// The parts of golden_cases().
void add_mask_cases(std::vector<GoldenCase>& cases);
void add_update_cases(std::vector<GoldenCase>& cases);
void add_quantize_cases(std::vector<GoldenCase>& cases);
void add_hadamard_cases(std::vector<GoldenCase>& cases);
void add_select_cases(std::vector<GoldenCase>& cases);
void add_low_rank_cases(std::vector<GoldenCase>& cases);
void add_layer_cases(std::vector<GoldenCase>& cases);
void add_trained_cases(std::vector<GoldenCase>& cases);
void add_rows_cases(std::vector<GoldenCase>& cases);
void add_affine_cases(std::vector<GoldenCase>& cases);

} // namespace fedmrn::test
