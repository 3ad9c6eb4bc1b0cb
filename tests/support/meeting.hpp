// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <mutex>

#include "engine/message/packing.hpp"

namespace fedmrn::test {

/// Packs nothing, but who packs, or who unpacks, waits until another thread does so too, or for so
/// long that there is none.
class Meeting final : public Packing {
public:
    enum class Where { packing, unpacking };
    explicit Meeting(Where where) : where_(where) {}

    [[nodiscard]] std::uint8_t number() const override { return 250; }
    [[nodiscard]] const char* name() const override { return "meeting"; }
    [[nodiscard]] std::vector<std::byte> pack(std::span<const std::byte> bytes) const override {
        if (where_ == Where::packing) wait_for_another();
        return {bytes.begin(), bytes.end()};
    }
    [[nodiscard]] bool unpack(std::span<const std::byte> packed,
                              std::span<std::byte> bytes) const override {
        if (where_ == Where::unpacking) wait_for_another();
        if (packed.size() != bytes.size()) return false;
        std::ranges::copy(packed, bytes.begin());
        return true;
    }
    [[nodiscard]] std::uint64_t most(std::uint64_t packed) const override { return packed; }

    /// Whether two were here at once.
    [[nodiscard]] bool met() const { return most_ > 1; }

private:
    void wait_for_another() const {
        std::unique_lock lock(mutex_);
        most_ = std::max(most_, ++here_);
        came_.notify_all();
        if (!came_.wait_for(lock, std::chrono::seconds(alone_ ? 0 : 10), [&] { return met(); }))
            alone_ = true;
        --here_;
    }

    Where where_;
    mutable std::mutex mutex_;
    mutable std::condition_variable came_;
    mutable int here_ = 0, most_ = 0;
    mutable bool alone_ = false;
};

} // namespace fedmrn::test
