// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#include "engine/run/folder_lock.hpp"

#include <cerrno>
#include <cstring>

#include <fcntl.h>
#include <sys/file.h>

#include "fedmrn/error.hpp"

namespace fedmrn {

FolderLock::FolderLock(const std::filesystem::path& folder)
    : path_(folder / ".lock"), file_(::open(path_.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0666)) {
    if (!file_.open())
        throw Error(folder.string() + ": cannot write: " + std::strerror(errno), Fault::run);
    if (::flock(file_.get(), LOCK_EX | LOCK_NB) == 0) return;
    if (errno == EWOULDBLOCK)
        throw Error(folder.string() + ": another process is running in this folder");
    throw Error(folder.string() + ": cannot lock: " + std::strerror(errno), Fault::run);
}

} // namespace fedmrn
