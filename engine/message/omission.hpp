// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "engine/message/view.hpp"

namespace fedmrn {

/// Elements that a round's messages leave out, since sender and reader know of each of them that it
/// is none: of tensors of one encoding, float32 or mask, at the front of a table. A message of the
/// others has the form of any message, with fewer elements in its table; docs/message.md says who
/// can read it.
class Omission {
public:
    /// whole: the table of a message that leaves out nothing. left_out: bit i % 32 of word i / 32
    /// is set where element i of the tensors at the front is left out; those have `elements`
    /// together. Nothing where the table has no such front.
    static std::optional<Omission> of(std::vector<TensorEntry> whole, std::size_t elements,
                                      std::vector<std::uint32_t> left_out);

    /// Of the messages that are sent.
    [[nodiscard]] const std::vector<TensorEntry>& table() const { return table_; }
    /// Bytes of a message that leaves out nothing.
    [[nodiscard]] std::size_t whole_bytes() const { return whole_bytes_; }

    /// The message without what is left out.
    [[nodiscard]] Message shortened(const MessageView& whole) const;
    /// Back from there, with zeros in its place. short_one: of this table.
    [[nodiscard]] Message whole(const MessageView& short_one) const;

private:
    Omission() = default;
    /// Calls body(i, j) for each element i that is not left out, the j-th of them.
    template <class Body> void for_kept(const Body& body) const;

    std::vector<TensorEntry> whole_, table_;
    std::vector<std::uint32_t> left_out_;
    std::size_t elements_ = 0, kept_ = 0, whole_bytes_ = 0;
    bool bits_ = false; ///< of a mask, else float32
};

} // namespace fedmrn
