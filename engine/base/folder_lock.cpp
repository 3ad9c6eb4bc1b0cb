// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#include "engine/base/folder_lock.hpp"

#include <cerrno>
#include <cstring>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "fedmrn/error.hpp"

namespace fedmrn {

namespace {

/// What a file system says that has no locks: some clusters' do not.
bool no_locks_here(int error) {
    return error == ENOSYS || error == ENOLCK || error == EOPNOTSUPP || error == EINVAL;
}

/// Whether a descriptor's file is the one that stands under this name.
bool is_file_of(const std::filesystem::path& path, int descriptor) {
    struct stat named {
    }, open{};
    return ::stat(path.c_str(), &named) == 0 && ::fstat(descriptor, &open) == 0 &&
           named.st_dev == open.st_dev && named.st_ino == open.st_ino;
}

} // namespace

FolderLock::FolderLock(const std::filesystem::path& folder, Flock lock, Hold hold)
    : path_(folder / ".fedmrn.lock"), hold_(hold) {
    do { // who held it removes its file, which may be the one that was just opened
        file_ = Descriptor(::open(path_.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0666));
        if (!file_.open())
            throw Error(folder.string() + ": cannot write: " + std::strerror(errno), Fault::run);
        if (lock(file_.get(), (hold == Hold::alone ? LOCK_EX : LOCK_SH) | LOCK_NB) != 0) {
            if (errno == EWOULDBLOCK)
                throw Error(folder.string() + ": another process is running in this folder");
            if (!no_locks_here(errno))
                throw Error(folder.string() + ": cannot lock: " + std::strerror(errno), Fault::run);
            warning_ = folder.string() + ": this file system has no locks (" +
                       std::strerror(errno) +
                       "): nothing keeps two processes from running in this folder";
            return;
        }
    } while (!is_file_of(path_, file_.get()));
}

FolderLock::~FolderLock() {
    if (hold_ == Hold::alone) ::unlink(path_.c_str()); // else others may hold what stands there
}

} // namespace fedmrn
