// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#include "tests/house/toys.hpp"

#include "tests/house/toys/phrases.hpp"
#include "tests/house/toys/waves.hpp"

namespace fedmrn::test {

void register_toys() {
    [[maybe_unused]] static const bool once = [] {
        register_stripes();
        register_blocks();
        register_first();
        register_signs();
        register_first_rows();
        register_hinge();
        register_place();
        register_swish();
        register_odd();
        house::register_waves();
        house::register_curve();
        house::register_phrases();
        house::register_tagger();
        return true;
    }();
}

} // namespace fedmrn::test
