// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#include "engine/base/atomic_file.hpp"

#include <cerrno>
#include <cstring>
#include <string>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "engine/base/file.hpp"
#include "fedmrn/error.hpp"

namespace fedmrn {

std::filesystem::path temporary_of(const std::filesystem::path& path) {
    // One name a file: what a killed process left behind is overwritten by the next.
    return path.parent_path() / ("." + path.filename().string() + ".tmp");
}

void write_atomically(const std::filesystem::path& path,
                      std::span<const std::span<const std::byte>> parts) {
    const std::filesystem::path temporary = temporary_of(path);
    bool made = false;
    const auto fail = [&](int error) -> void {
        if (made) ::unlink(temporary.c_str());
        throw Error(path.string() + ": cannot write: " + std::strerror(error), Fault::run);
    };
    struct stat status {};
    if (::stat(path.c_str(), &status) == 0 && !S_ISREG(status.st_mode))
        throw Error(path.string() + ": cannot write: not a regular file", Fault::run);

    Descriptor file(
        ::open(temporary.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0666));
    if (!file.open()) fail(errno);
    made = true;
    for (const auto& part : parts)
        if (!write_fully(file.get(), part.data(), part.size())) fail(errno);
    if (::fsync(file.get()) != 0) fail(errno);
    if (file.close() != 0) fail(errno);
    if (::rename(temporary.c_str(), path.c_str()) != 0) fail(errno);
    made = false;

    // The rename itself is safe only once the folder's entry is on the disk.
    const std::filesystem::path parent = path.has_parent_path() ? path.parent_path() : ".";
    const Descriptor folder(::open(parent.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (!folder.open()) fail(errno);
    // Some file systems cannot sync a folder and say EINVAL.
    if (::fsync(folder.get()) != 0 && errno != EINVAL) fail(errno);
}

void write_atomically(const std::filesystem::path& path,
                      std::initializer_list<std::span<const std::byte>> parts) {
    write_atomically(path, std::span(parts.begin(), parts.size()));
}

void write_atomically(const std::filesystem::path& path, std::string_view text) {
    write_atomically(path, {std::as_bytes(std::span(text))});
}

} // namespace fedmrn
