// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <array>
#include <cstring>

#include "engine/capi/guarded.hpp"
#include "fedmrn/version.hpp"

namespace fedmrn::capi {
namespace {
thread_local std::array<char, 1024> last{}; // an array: there may be no memory for a string
}

void keep_error(const char* text) noexcept {
    const std::size_t length = std::min(std::strlen(text), last.size() - 1);
    std::memcpy(last.data(), text, length);
    last[length] = '\0';
}

} // namespace fedmrn::capi

const char* fedmrn_error(void) { return fedmrn::capi::last.data(); }
const char* fedmrn_version(void) { return fedmrn::version(); }
