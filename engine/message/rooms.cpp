// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#include "engine/message/rooms.hpp"

#include <algorithm>
#include <utility>

namespace fedmrn {
namespace {

constexpr auto smaller = [](const std::vector<std::byte>& a, const std::vector<std::byte>& b) {
    return a.capacity() < b.capacity();
};

} // namespace

std::vector<std::byte> Rooms::take() {
    const std::scoped_lock lock(mutex_);
    if (rooms_.empty()) return {};
    std::pop_heap(rooms_.begin(), rooms_.end(), smaller);
    std::vector<std::byte> room = std::move(rooms_.back());
    rooms_.pop_back();
    return room;
}

void Rooms::give(std::vector<std::byte> room) {
    if (room.capacity() == 0) return;
    const std::scoped_lock lock(mutex_);
    rooms_.push_back(std::move(room));
    std::push_heap(rooms_.begin(), rooms_.end(), smaller);
}

} // namespace fedmrn
