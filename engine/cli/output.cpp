// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#include "engine/cli/output.hpp"

#include <cerrno>
#include <csignal>
#include <iostream>

#include <fcntl.h>
#include <unistd.h>

#include "engine/base/file.hpp"

namespace fedmrn::cli {

void prepare_descriptors() {
    // Read only: what is written to a closed standard output fails, as it should.
    while (true) {
        const int got = ::open("/dev/null", O_RDONLY);
        if (got < 0 || got <= STDERR_FILENO) {
            if (got < 0) return;
            continue;
        }
        ::close(got);
        break;
    }
    std::signal(SIGPIPE, SIG_IGN);
    std::signal(SIGXFSZ, SIG_IGN);
}

StandardOutput::StandardOutput() : before_(std::cout.rdbuf(this)) {
    setp(buffer_.data(), buffer_.data() + buffer_.size());
}

StandardOutput::~StandardOutput() {
    sync();
    std::cout.rdbuf(before_);
}

int StandardOutput::finish() {
    sync();
    return error_;
}

StandardOutput::int_type StandardOutput::overflow(int_type c) {
    if (sync() != 0) return traits_type::eof();
    if (!traits_type::eq_int_type(c, traits_type::eof())) sputc(traits_type::to_char_type(c));
    return traits_type::not_eof(c);
}

int StandardOutput::sync() {
    const auto size = static_cast<std::size_t>(pptr() - pbase());
    if (error_ == 0 && size != 0 &&
        !write_fully(STDOUT_FILENO, reinterpret_cast<const std::byte*>(pbase()), size))
        error_ = errno;
    setp(buffer_.data(), buffer_.data() + buffer_.size());
    return error_ == 0 ? 0 : -1;
}

void say_error(std::string_view message) noexcept {
    try {
        const std::string line = "fedmrn: " + std::string(message) + '\n';
        write_fully(STDERR_FILENO, reinterpret_cast<const std::byte*>(line.data()), line.size());
    } catch (const std::bad_alloc&) {
        constexpr std::string_view none = "fedmrn: out of memory\n";
        write_fully(STDERR_FILENO, reinterpret_cast<const std::byte*>(none.data()), none.size());
    }
}

} // namespace fedmrn::cli
