// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#include "engine/base/terminal.hpp"

#include <cstdlib>
#include <iostream>
#include <string_view>

#include <sys/ioctl.h>
#include <unistd.h>

namespace fedmrn {

Terminal terminal_of(const std::ostream& out) {
    Terminal terminal;
    const int fd = &out == &std::cout ? STDOUT_FILENO : &out == &std::cerr ? STDERR_FILENO : -1;
    if (fd < 0 || ::isatty(fd) != 1) return terminal;
    const char* name = std::getenv("TERM");
    const char* no_colour = std::getenv("NO_COLOR");
    terminal.interactive = name == nullptr || std::string_view(name) != "dumb";
    terminal.colour = terminal.interactive && (no_colour == nullptr || *no_colour == '\0');
    winsize size{};
    if (::ioctl(fd, TIOCGWINSZ, &size) == 0 && size.ws_col > 0) terminal.columns = size.ws_col;
    return terminal;
}

} // namespace fedmrn
