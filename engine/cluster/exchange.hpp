// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstring>
#include <span>
#include <type_traits>
#include <vector>

#include "fedmrn/communicator.hpp"

// What the ranks of a job tell each other, as values. All of them are alike: sizes and the order of
// bytes are not translated.
namespace fedmrn {

/// What every rank gives, in the order of the ranks.
template <class T> std::vector<std::vector<T>> gather(Communicator& ranks, std::span<const T> own) {
    static_assert(std::is_trivially_copyable_v<T>);
    std::vector<std::vector<T>> all;
    for (const std::vector<std::byte>& bytes : ranks.gather(std::as_bytes(own))) {
        std::vector<T>& values = all.emplace_back(bytes.size() / sizeof(T));
        if (!bytes.empty()) {
            std::memcpy(static_cast<void*>(values.data()), bytes.data(), bytes.size());
        }
    }
    return all;
}

/// What rank 0 gives.
template <class T> std::vector<T> from_first(Communicator& ranks, std::span<const T> own) {
    return gather(ranks, ranks.rank() == 0 ? own : std::span<const T>{}).front();
}

/// Whether any rank says so.
inline bool any(Communicator& ranks, bool own) {
    std::uint64_t count = own ? 1 : 0;
    ranks.add({&count, 1});
    return count != 0;
}

} // namespace fedmrn
