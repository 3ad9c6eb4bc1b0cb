// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#include <cstddef>
#include <cstdint>

#include "tests/fuzz/unpack_property.hpp"

// Run it with: unpack_fuzz -max_len=4096 tests/fuzz/corpus/unpack
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    fedmrn::fuzz::check_unpack(std::as_bytes(std::span(data, size)));
    return 0;
}
