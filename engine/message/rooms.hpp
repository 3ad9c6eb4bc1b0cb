// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <mutex>
#include <vector>

namespace fedmrn {

/// The memory of messages that were read, for the next ones, so that a round takes no page that the
/// round before it did not have. Any thread may take and give.
class Rooms {
public:
    /// Bytes of any content and number; the largest there are, empty where there are none.
    [[nodiscard]] std::vector<std::byte> take();
    void give(std::vector<std::byte> room);

private:
    std::mutex mutex_;
    std::vector<std::vector<std::byte>> rooms_; ///< a heap, by capacity
};

} // namespace fedmrn
