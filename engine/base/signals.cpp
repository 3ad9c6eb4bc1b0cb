// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#include "engine/base/signals.hpp"

#include <cerrno>
#include <cstring>

#include <poll.h>
#include <sys/eventfd.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "fedmrn/error.hpp"

namespace fedmrn {

Signals::Signals() {
    // request_stop() may not be called from a signal handler; a thread may.
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGINT);
    sigaddset(&set, SIGTERM);
    sigaddset(&set, SIGUSR1);
    signals_ = Descriptor(::signalfd(-1, &set, SFD_CLOEXEC));
    quit_ = Descriptor(::eventfd(0, EFD_CLOEXEC));
    if (!signals_.open() || !quit_.open())
        throw Error(std::string("cannot watch for signals: ") + std::strerror(errno), Fault::run);
    pthread_sigmask(SIG_BLOCK, &set, &before_);
    watcher_ = std::thread([this] { watch(); });
}

Signals::~Signals() {
    const std::uint64_t one = 1;
    while (::write(quit_.get(), &one, sizeof one) < 0 && errno == EINTR) {
    }
    watcher_.join();
    pthread_sigmask(SIG_SETMASK, &before_, nullptr);
}

void Signals::watch() {
    for (;;) {
        pollfd ready[] = {{signals_.get(), POLLIN, 0}, {quit_.get(), POLLIN, 0}};
        if (::poll(ready, 2, -1) < 0) continue;
        if (ready[0].revents != 0) {
            signalfd_siginfo info{};
            if (::read(signals_.get(), &info, sizeof info) != sizeof info) continue;
            const int number = static_cast<int>(info.ssi_signo);
            // Files change by rename only, so that nothing is lost here.
            if (number_.exchange(number) != 0) ::_exit(128 + number);
            stop_.request_stop();
        }
        if (ready[1].revents != 0) return;
    }
}

} // namespace fedmrn
