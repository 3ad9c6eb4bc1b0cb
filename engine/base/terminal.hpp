// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <iosfwd>

namespace fedmrn {

/// What the other end of a stream can show.
struct Terminal {
    bool interactive = false; ///< a line can be written over
    bool colour = false;
    unsigned columns = 80;
};

/// Only std::cout and std::cerr can be terminals. NO_COLOR in the environment switches colours off.
Terminal terminal_of(const std::ostream& out);

} // namespace fedmrn
