// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#include "engine/coder/planes.hpp"

#include <array>

#include "engine/coder/chances.hpp"
#include "engine/coder/streams.hpp"

namespace fedmrn::coder {
namespace {

/// Of a plane of a word, each lane's context. That of a level's bit is the number that begins with
/// a one and goes on with the bits above it; that of a sign is 0 or, of levels that are not zero,
/// the last.
using Contexts = std::array<std::uint8_t, lanes>;

/// Levels so far, with a one ahead.
class Levels {
public:
    Levels() { nodes_.fill(1); }
    [[nodiscard]] const Contexts& nodes() const { return nodes_; }
    void go_on(std::uint32_t bits) {
        for (std::size_t lane = 0; lane < lanes; ++lane)
            nodes_[lane] = static_cast<std::uint8_t>(2 * nodes_[lane] + (bits >> lane & 1));
    }
    /// Once they are whole. last: the plane's number of contexts − 1.
    [[nodiscard]] Contexts signs(std::size_t last) const {
        Contexts contexts{};
        for (std::size_t lane = 0; lane < lanes; ++lane)
            contexts[lane] = static_cast<std::uint8_t>(nodes_[lane] == last ? 0 : last);
        return contexts;
    }

private:
    Contexts nodes_{};
};

/// Calls plane(p, contexts) for a word's planes in the order in which they are taken; it returns
/// the plane's bits.
template <class Plane> void each_plane(unsigned bits, Plane plane) {
    Levels levels;
    for (unsigned p = bits - 1; p > 0; --p) levels.go_on(plane(p, levels.nodes()));
    plane(0U, levels.signs(plane_contexts(bits) - 1));
}

Chances chances_of(std::span<const std::byte> table, const Contexts& contexts) {
    Chances chances{};
    for (std::size_t lane = 0; lane < lanes; ++lane)
        chances[lane] = std::to_integer<std::uint8_t>(table[contexts[lane]]);
    return chances;
}

} // namespace

std::vector<std::byte> code_planes(std::span<const std::uint32_t> words, unsigned bits,
                                   std::uint64_t elements) {
    const std::size_t groups = words_of_bits(elements);
    std::vector<Tally> tallies(plane_contexts(bits));
    for (std::size_t word = 0; word < groups; ++word) {
        const std::size_t left = std::min<std::uint64_t>(elements - 32 * word, lanes);
        each_plane(bits, [&](unsigned p, const Contexts& contexts) {
            const std::uint32_t set = words[bits * word + p];
            for (std::size_t lane = 0; lane < left; ++lane)
                tallies[contexts[lane]] += {1, set >> lane & 1};
            return set;
        });
    }
    std::vector<std::byte> coded;
    std::uint64_t cost = 0;
    for (const Tally& tally : tallies) {
        const std::uint8_t chance = chance_of(tally);
        coded.push_back(std::byte{chance});
        cost += cost_of(tally, chance);
    }
    if (coded.size() + cost / one_bit / 8 >= 4 * words.size()) return {};
    write_streams(coded, groups, [&](StreamWriter& writer, std::size_t word) {
        std::array<Chances, most_plane_bits> chances{};
        each_plane(bits, [&](unsigned p, const Contexts& contexts) {
            chances[p] = chances_of(coded, contexts);
            cut(chances[p], word, elements);
            return words[bits * word + p];
        });
        for (unsigned p = 0; p < bits; ++p) // what is taken first is put last
            writer.put(chances[p], words[bits * word + p]);
    });
    return coded.size() < 4 * words.size() ? coded : std::vector<std::byte>();
}

bool read_planes(std::span<const std::byte>& coded, unsigned bits, std::uint64_t elements,
                 std::span<std::uint32_t> words) {
    if (coded.size() < plane_contexts(bits)) return false;
    const std::span<const std::byte> table = coded.first(plane_contexts(bits));
    coded = coded.subspan(table.size());
    if (std::find(table.begin(), table.end(), std::byte{0}) != table.end()) return false;
    return read_streams(coded, words_of_bits(elements),
                        [&](StreamReader& reader, std::size_t word) {
                            each_plane(bits, [&](unsigned p, const Contexts& contexts) {
                                Chances chances = chances_of(table, contexts);
                                cut(chances, word, elements);
                                return words[bits * word + p] = reader.take(chances);
                            });
                        });
}

} // namespace fedmrn::coder
