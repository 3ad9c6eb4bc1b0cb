// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#include "engine/base/file.hpp"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <utility>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "fedmrn/error.hpp"

namespace fedmrn {

Descriptor& Descriptor::operator=(Descriptor&& other) noexcept {
    if (this != &other) {
        close();
        fd_ = other.release();
    }
    return *this;
}

int Descriptor::close() noexcept { return fd_ < 0 ? 0 : ::close(release()); }

int Descriptor::release() noexcept { return std::exchange(fd_, -1); }

bool write_fully(int fd, const std::byte* data, std::size_t size) noexcept {
    while (size > 0) {
        const ssize_t written = ::write(fd, data, std::min(size, std::size_t{1} << 30));
        if (written < 0 && errno == EINTR) continue;
        if (written <= 0) return false;
        data += written;
        size -= static_cast<std::size_t>(written);
    }
    return true;
}

std::vector<std::byte> read_file(const std::filesystem::path& path) {
    const auto fail = [&](int error) -> void {
        throw Error(path.string() + ": cannot read: " + std::strerror(error));
    };
    const Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
    if (!file.open()) fail(errno);
    struct stat status {};
    if (::fstat(file.get(), &status) != 0) fail(errno);
    if (S_ISDIR(status.st_mode)) fail(EISDIR);
    std::vector<std::byte> bytes(S_ISREG(status.st_mode) ? static_cast<std::size_t>(status.st_size)
                                                         : 0);
    std::size_t filled = 0;
    for (;;) { // one read past the end: the file may have grown, or be a pipe
        if (filled == bytes.size()) bytes.resize(filled + 4096);
        const ssize_t got = ::read(file.get(), bytes.data() + filled, bytes.size() - filled);
        if (got < 0 && errno == EINTR) continue;
        if (got < 0) fail(errno);
        if (got == 0) break;
        filled += static_cast<std::size_t>(got);
    }
    bytes.resize(filled);
    return bytes;
}

} // namespace fedmrn
