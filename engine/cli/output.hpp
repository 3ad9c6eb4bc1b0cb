// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <ios>
#include <streambuf>
#include <string>
#include <string_view>

namespace fedmrn::cli {

/// Makes sure that descriptors 0 to 2 are taken, so that no file of a run gets one of them, and
/// that writing fails with an error instead of ending the process: a pipe whose reader has gone, a
/// file that may not grow.
void prepare_descriptors();

/// Standard output while one of these lives: std::cout writes through it, and the first error of
/// writing is kept.
class StandardOutput final : public std::streambuf {
public:
    StandardOutput();
    ~StandardOutput() override;
    StandardOutput(const StandardOutput&) = delete;
    StandardOutput& operator=(const StandardOutput&) = delete;

    /// Writes what is left; errno of the first failure, 0 where all has been written.
    int finish();

protected:
    int_type overflow(int_type c) override;
    int sync() override;

private:
    std::array<char, 1 << 13> buffer_{};
    std::streambuf* before_;
    int error_ = 0;
};

/// A line on standard error; what cannot be said there is not said.
void say_error(std::string_view message) noexcept;

} // namespace fedmrn::cli
