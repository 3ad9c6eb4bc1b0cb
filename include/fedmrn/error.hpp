// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stdexcept>
#include <string>

#pragma GCC visibility push(default)
namespace fedmrn {

/// Whose mistake it was; the value is the exit status of the command line.
enum class Fault {
    run = 1,   ///< the run itself failed: loss not finite, disk full, out of memory
    input = 2, ///< something the user gave is wrong: configuration, data, message, device
};

/// The one exception of the public API. what() is a single line that names the file or object, the
/// key where there is one, and what was expected; it is fit to be printed as it stands.
class Error : public std::runtime_error {
public:
    explicit Error(const std::string& message, Fault fault = Fault::input)
        : std::runtime_error(message), fault_(fault) {}
    [[nodiscard]] Fault fault() const noexcept { return fault_; }

private:
    Fault fault_;
};

/// A stop was requested before there was anything to keep.
class Stopped : public Error {
public:
    Stopped() : Error("stopped", Fault::run) {}
};

} // namespace fedmrn
#pragma GCC visibility pop
