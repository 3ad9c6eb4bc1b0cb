// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#include "engine/coder/mask.hpp"

#include "engine/coder/activity.hpp"
#include "engine/coder/chances.hpp"
#include "engine/coder/streams.hpp"
#include "kernels/random_tile.hpp"

namespace fedmrn::coder {
namespace {

constexpr std::size_t tile_words = formula::tile / lanes;
static_assert(stream_words % tile_words == 0);

/// Magnitudes of the noise that are told apart, as parts of all that are equally likely.
constexpr std::size_t magnitudes = 8;

/// What both ends know of a tile before its bits.
struct Tile {
    /// magnitude, + magnitudes where the noise is above zero
    std::array<std::uint8_t, formula::tile> of;
    std::array<std::uint32_t, tile_words> above; ///< elements whose noise is
};

/// The magnitude's part comes from the word's highest bits whatever the noise's distribution is:
/// it is uniform, or a quantile of the uniform one.
constexpr std::uint8_t context_of(std::uint32_t word) {
    const std::uint32_t sign = word >> 31, magnitude = word ^ (sign - 1);
    return static_cast<std::uint8_t>(sign << 3 | (magnitude >> 28 & 7));
}

void draw(const MaskFacts& facts, std::size_t tile, Tile& drawn) {
    if (!facts.noise) {
        drawn.of.fill(0);
        drawn.above.fill(0);
        return;
    }
    std::array<std::uint32_t, formula::tile> words;
    kernels::random_tile(*facts.noise, tile, 0, formula::purpose_noise, words.data());
    for (std::size_t i = 0; i < formula::tile; ++i) drawn.of[i] = context_of(words[i]);
    for (std::size_t w = 0; w < tile_words; ++w) {
        std::uint32_t above = 0;
        for (std::size_t lane = 0; lane < lanes; ++lane)
            above |= words[lanes * w + lane] >> 31 << lane;
        drawn.above[w] = above;
    }
}

std::size_t contexts_of(const MaskFacts& facts) {
    return activity_levels * (facts.noise ? magnitudes : 1);
}

/// How much has lately moved up and down: of the bits that were taken ahead of a word in its
/// stream.
class Lately {
public:
    explicit Lately(const MaskFacts& facts) : step_(facts.noise ? magnitudes : 1) {}

    /// Before a word: forgets, where a stream begins.
    void begin(std::size_t word) {
        if (word % stream_words == 0) below_ = above_ = {};
    }
    /// The first of a level's contexts, by the noise's sign.
    [[nodiscard]] std::size_t first(bool above) const {
        return step_ * (above ? above_ : below_).level();
    }
    /// What came. used: elements that the word has.
    void add(std::uint32_t bits, std::uint32_t above, std::uint32_t used) {
        above_.add(bits & above, above & used);
        below_.add(bits & ~above, ~above & used);
    }

private:
    std::size_t step_;
    Activity below_, above_;
};

/// The lanes of a word that have an element.
std::uint32_t used_lanes(std::size_t word, std::uint64_t elements) {
    const std::uint64_t left = elements - lanes * word;
    return left >= lanes ? ~0U : (1U << left) - 1;
}

/// How often contexts have come, counted with one increment an element.
class Counts {
public:
    explicit Counts(std::size_t contexts) : tallies_(contexts) {}

    void add(std::span<const std::uint8_t> contexts, std::uint32_t bits) {
        for (std::size_t lane = 0; lane < contexts.size(); ++lane)
            ++counts_[bits >> lane & 1][contexts[lane]];
        if (++words_ == most_words) flush();
    }
    [[nodiscard]] const std::vector<Tally>& tallies() {
        flush();
        return tallies_;
    }

private:
    static constexpr std::uint32_t most_words = 1U << 26; // of 32 each: a count holds them

    void flush() {
        for (std::size_t c = 0; c < tallies_.size(); ++c) {
            const std::uint64_t clear = counts_[0][c], set = counts_[1][c];
            tallies_[c] += {clear + set, set};
        }
        counts_ = {};
        words_ = 0;
    }

    std::vector<Tally> tallies_;
    std::array<std::array<std::uint32_t, activity_levels * magnitudes>, 2> counts_{};
    std::uint32_t words_ = 0;
};

/// The noise's two signs, a byte each magnitude: what a word's elements look up.
using Row = std::array<std::uint8_t, 2 * magnitudes>;

void look_up(const Row& row, const Tile& tile, std::size_t at,
             std::array<std::uint8_t, lanes>& to) {
    for (std::size_t lane = 0; lane < lanes; ++lane) to[lane] = row[tile.of[lanes * at + lane]];
}

} // namespace

std::vector<std::byte> code_mask(std::span<const std::uint32_t> words, const MaskFacts& facts) {
    std::vector<std::array<std::uint8_t, lanes>> contexts(words.size()); // found going forth
    Counts counts(contexts_of(facts));
    Tile tile;
    Lately lately(facts);
    for (std::size_t word = 0; word < words.size(); ++word) {
        const std::size_t at = word % tile_words;
        if (at == 0) draw(facts, word / tile_words, tile);
        lately.begin(word);
        const std::size_t below = lately.first(false), above = lately.first(true);
        Row row;
        for (std::size_t m = 0; m < magnitudes; ++m) {
            row[m] = static_cast<std::uint8_t>(below + m);
            row[m + magnitudes] = static_cast<std::uint8_t>(above + m);
        }
        look_up(row, tile, at, contexts[word]);
        const std::uint32_t used = used_lanes(word, facts.elements);
        counts.add(std::span(contexts[word]).first(static_cast<std::size_t>(std::popcount(used))),
                   words[word]);
        lately.add(words[word], tile.above[at], used);
    }
    std::array<std::uint8_t, activity_levels * magnitudes> table{};
    std::vector<std::byte> coded;
    std::uint64_t cost = 0;
    for (const Tally& tally : counts.tallies()) {
        const std::uint8_t chance = table[coded.size()] = chance_of(tally);
        coded.push_back(std::byte{chance});
        cost += cost_of(tally, chance);
    }
    if (coded.size() + cost / one_bit / 8 >= 4 * words.size()) return {};
    write_streams(coded, words.size(), [&](StreamWriter& writer, std::size_t word) {
        Chances chances{};
        for (std::size_t lane = 0; lane < lanes; ++lane)
            chances[lane] = table[contexts[word][lane]];
        cut(chances, word, facts.elements);
        writer.put(chances, words[word]);
    });
    return coded.size() < 4 * words.size() ? coded : std::vector<std::byte>();
}

bool read_mask(std::span<const std::byte>& coded, const MaskFacts& facts,
               std::span<std::uint32_t> words) {
    const std::size_t contexts = contexts_of(facts);
    if (coded.size() < contexts) return false;
    const std::span<const std::byte> table = coded.first(contexts);
    coded = coded.subspan(contexts);
    if (std::find(table.begin(), table.end(), std::byte{0}) != table.end()) return false;
    const std::size_t wide = facts.noise ? magnitudes : 1; // contexts of a level
    Tile tile;
    Lately lately(facts);
    return read_streams(coded, words.size(), [&](StreamReader& reader, std::size_t word) {
        const std::size_t at = word % tile_words;
        if (at == 0) draw(facts, word / tile_words, tile);
        lately.begin(word);
        Row row{};
        std::memcpy(row.data(), table.data() + lately.first(false), wide);
        std::memcpy(row.data() + magnitudes, table.data() + lately.first(true), wide);
        Chances chances;
        look_up(row, tile, at, chances);
        cut(chances, word, facts.elements);
        words[word] = reader.take(chances);
        lately.add(words[word], tile.above[at], used_lanes(word, facts.elements));
    });
}

} // namespace fedmrn::coder
