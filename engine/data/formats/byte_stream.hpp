// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <span>
#include <streambuf>

#include "engine/data/formats/byte_reader.hpp"

namespace fedmrn {

/// A ByteReader as the standard streams read it: for a parser that takes no more than its next
/// character, so that a file is never in memory as a whole.
class ByteStream : public std::streambuf {
public:
    explicit ByteStream(ByteReader& file) : file_(file) {}

    /// The file has been read to its end.
    [[nodiscard]] bool ended() const { return ended_; }

protected:
    int_type underflow() override {
        const std::size_t got =
            file_.read({reinterpret_cast<std::uint8_t*>(buffer_.data()), buffer_.size()});
        ended_ = got == 0;
        setg(buffer_.data(), buffer_.data(), buffer_.data() + got);
        return ended_ ? traits_type::eof() : traits_type::to_int_type(buffer_[0]);
    }

private:
    ByteReader& file_;
    std::array<char, 1 << 16> buffer_{};
    bool ended_ = false;
};

} // namespace fedmrn
