// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <filesystem>
#include <string>
#include <vector>

namespace fedmrn {

/// A whole file. Throws Error (Fault::input) with the path and the system's reason.
std::vector<std::byte> read_file(const std::filesystem::path& path);

/// Owns a file descriptor.
class Descriptor {
public:
    explicit Descriptor(int fd = -1) : fd_(fd) {}
    Descriptor(Descriptor&& other) noexcept : fd_(other.release()) {}
    Descriptor& operator=(Descriptor&& other) noexcept;
    ~Descriptor() { close(); }

    [[nodiscard]] int get() const { return fd_; }
    [[nodiscard]] bool open() const { return fd_ >= 0; }
    /// What close(2) said; a network file system may report a full disk only here.
    int close() noexcept;

private:
    int release() noexcept;
    int fd_;
};

/// Writes everything or returns false with errno set.
bool write_fully(int fd, const std::byte* data, std::size_t size) noexcept;

} // namespace fedmrn
