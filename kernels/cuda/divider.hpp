// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

namespace fedmrn::kernels::cuda {

/// Division of n < 2³¹ by a number known at launch, as one multiplication: T. Granlund and
/// P. Montgomery, "Division by invariant integers using multiplication", PLDI 1994.
class Divider {
public:
    Divider() = default;
    explicit Divider(std::uint32_t divisor) : divisor_(divisor) {
        std::uint32_t bits = 0; // ⌈log2 divisor⌉
        while (bits < 31 && std::uint64_t{1} << bits < divisor) {
            ++bits;
        }
        shift_ = 31 + bits;
        multiplier_ = static_cast<std::uint32_t>((std::uint64_t{1} << shift_) / divisor + 1);
    }
    __host__ __device__ std::uint32_t divide(std::uint32_t n) const {
        return static_cast<std::uint32_t>(n * std::uint64_t{multiplier_} >> shift_);
    }
    __host__ __device__ std::uint32_t remainder(std::uint32_t n) const {
        return n - divide(n) * divisor_;
    }
    __host__ __device__ std::uint32_t divisor() const { return divisor_; }

private:
    std::uint32_t divisor_ = 1, shift_ = 31;
    std::uint32_t multiplier_ = 0x80000001u;
};

} // namespace fedmrn::kernels::cuda
