// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <vector>

#include "kernels/formula/rans.hpp"

// A stream of bits, 32 a step, as 32 states side by side that share one string of 16-bit words: a
// warp of a GPU, or vector registers, hold one. A stream can be read without any other.
namespace fedmrn::coder {

inline constexpr std::size_t lanes = 32;
/// Of a step's 32 bits the chances that each is set.
using Chances = std::array<std::uint8_t, lanes>;

inline constexpr std::size_t stream_head = lanes * sizeof(std::uint32_t); ///< bytes: the states

/// Lanes' bits, 0 or 1, as one word.
inline std::uint32_t word_of(const std::array<std::uint32_t, lanes>& bits) {
    std::uint32_t word = 0;
    for (std::size_t lane = 0; lane < lanes; ++lane) word |= bits[lane] << lane;
    return word;
}

/// Takes a stream's bits out of its bytes, step by step.
class StreamReader {
public:
    explicit StreamReader(std::span<const std::byte> bytes) {
        if (bytes.size() < stream_head) {
            states_.fill(formula::least_state);
            fail();
            return;
        }
        std::memcpy(states_.data(), bytes.data(), stream_head);
        words_ = bytes.subspan(stream_head);
        for (const std::uint32_t state : states_) {
            if (state < formula::least_state || state >> formula::state_bits != 0) fail();
        }
    }

    /// The next 32 bits; any, once the stream has turned out to be none.
    std::uint32_t take(const Chances& chances) {
        std::array<std::uint32_t, lanes> took, lacks; // a loop each, which are vector code then
        for (std::size_t lane = 0; lane < lanes; ++lane) {
            const bool bit = formula::next_bit(states_[lane], chances[lane]);
            states_[lane] = formula::without_bit(states_[lane], bit, chances[lane]);
            took[lane] = bit ? 1 : 0;
            lacks[lane] = states_[lane] < formula::least_state ? 1 : 0;
        }
        const std::uint32_t bits = word_of(took);
        std::uint32_t low = word_of(lacks);
        if (2 * static_cast<std::size_t>(std::popcount(low)) > words_.size()) fail();
        for (; low != 0; low &= low - 1) {
            std::uint32_t& state = states_[static_cast<unsigned>(std::countr_zero(low))];
            state = state << 16 | next_word();
        }
        return bits;
    }

    /// Whether it was one, and has been read to its end.
    [[nodiscard]] bool ended() const {
        return good_ && words_.empty() &&
               std::all_of(states_.begin(), states_.end(),
                           [](std::uint32_t state) { return state == formula::least_state; });
    }

private:
    void fail() {
        good_ = false;
        words_ = {};
    }
    std::uint32_t next_word() {
        if (!good_) return 0;
        std::uint16_t word = 0;
        std::memcpy(&word, words_.data(), sizeof word);
        words_ = words_.subspan(sizeof word);
        return word;
    }

    std::array<std::uint32_t, lanes> states_{};
    std::span<const std::byte> words_;
    bool good_ = true;
};

/// Puts bits into a stream, the last step first: what is put last is taken first.
class StreamWriter {
public:
    StreamWriter() { states_.fill(formula::least_state); }

    /// bits: set at most where the chance is above 0.
    void put(const Chances& chances, std::uint32_t bits) {
        std::array<std::uint32_t, lanes> shares{};
        std::uint32_t full = 0;
        for (std::size_t lane = 0; lane < lanes; ++lane) {
            shares[lane] = formula::share_of((bits >> lane & 1) != 0, chances[lane]);
            full |= std::uint32_t{formula::is_full(states_[lane], shares[lane])} << lane;
        }
        while (full != 0) { // the last lane first, as the reader takes the first one first
            const auto lane = 31U - static_cast<unsigned>(std::countl_zero(full));
            full ^= 1U << lane;
            words_.push_back(static_cast<std::uint16_t>(states_[lane]));
            states_[lane] >>= 16;
        }
        for (std::size_t lane = 0; lane < lanes; ++lane) {
            states_[lane] = formula::put_bit(states_[lane], (bits >> lane & 1) != 0, chances[lane],
                                             shares[lane], reciprocals[shares[lane]]);
        }
    }

    /// Adds the stream's bytes to others, and begins anew.
    void end(std::vector<std::byte>& bytes) {
        const std::size_t at = bytes.size();
        std::reverse(words_.begin(), words_.end());
        bytes.resize(at + stream_head + 2 * words_.size());
        std::memcpy(bytes.data() + at, states_.data(), stream_head);
        if (!words_.empty()) {
            std::memcpy(bytes.data() + at + stream_head, words_.data(), 2 * words_.size());
        }
        states_.fill(formula::least_state);
        words_.clear();
    }

private:
    static constexpr auto reciprocals = [] {
        std::array<formula::Reciprocal, formula::all_chances + 1> all{};
        for (std::uint32_t share = 1; share < all.size(); ++share) {
            all[share] = formula::reciprocal_of(share);
        }
        return all;
    }();

    std::array<std::uint32_t, lanes> states_{};
    std::vector<std::uint16_t> words_; ///< the last one first
};

} // namespace fedmrn::coder
