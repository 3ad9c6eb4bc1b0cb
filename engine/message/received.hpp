// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "engine/message/view.hpp"

namespace fedmrn {

/// A message that is read where its bytes stand, which must outlive it. Copied is what cannot be
/// read so: the table, the bits of sparse tensors, and bytes that are not aligned to words.
class ReceivedMessage {
public:
    /// Checks all of it, and throws as decode() does; without a table of its own, as decode() of
    /// bytes alone does.
    explicit ReceivedMessage(std::span<const std::byte> bytes,
                             std::optional<std::span<const TensorEntry>> expected = std::nullopt);

    ReceivedMessage(const ReceivedMessage&) = delete;
    ReceivedMessage& operator=(const ReceivedMessage&) = delete;
    ReceivedMessage(ReceivedMessage&&) noexcept = default;
    ReceivedMessage& operator=(ReceivedMessage&&) noexcept = default;
    ~ReceivedMessage() = default;

    /// Valid as long as this and the bytes.
    [[nodiscard]] const MessageView& view() const { return view_; }

private:
    MessageView view_;
    std::vector<TensorEntry> tensors_;
    std::vector<std::uint32_t> aligned_; ///< the payload, where its own place is not
    std::vector<std::uint32_t> mask_;    ///< where there are sparse tensors
};

} // namespace fedmrn
