// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#include <cstddef>
#include <cstdint>

#include "tests/fuzz/decode_property.hpp"

// Run it with: decode_fuzz -max_len=4096 tests/fuzz/corpus/decode
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    fedmrn::fuzz::check_decode(std::as_bytes(std::span(data, size)));
    return 0;
}
