// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#include <csignal>
#include <cstdio>
#include <cstring>

#include <unistd.h>

#include "executor/executor.hpp"
#include "runtime/device_memory.hpp"

namespace simt::detail {
namespace {

/// The program dies anyway, so that this reads maps and formats text in a handler harms nobody.
void on_fault(int signal, siginfo_t* info, void*) {
    std::size_t bytes = 0;
    const char* what = DeviceMemory::instance().describe(info->si_addr, bytes);
    if (what) {
        char text[256];
        std::snprintf(text, sizeof text, "simt: %s, of %zu bytes%s%s\n", what, bytes,
                      in_kernel() ? ", in thread " : "",
                      in_kernel() ? name(Executor::self()).c_str() : "");
        [[maybe_unused]] const auto written = write(STDERR_FILENO, text, std::strlen(text));
    }
    std::signal(signal, SIG_DFL); // the access is repeated and ends the program
}

} // namespace

void install_fault_handler() {
    struct sigaction action = {};
    action.sa_sigaction = on_fault;
    action.sa_flags = SA_SIGINFO;
    sigaction(SIGSEGV, &action, nullptr);
    sigaction(SIGBUS, &action, nullptr);
}

} // namespace simt::detail
