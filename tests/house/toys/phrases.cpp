// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#include "phrases.hpp"

#include <random>

#include "fedmrn/dataset.hpp"
#include "fedmrn/graph.hpp"
#include "fedmrn/schema.hpp"

using namespace fedmrn;
namespace {

constexpr std::uint32_t vocabulary = 12, tags = 4;
constexpr std::size_t longest = 9;

Split phrases(std::uint64_t seed, std::size_t samples) {
    std::mt19937_64 random(seed);
    std::vector<std::int32_t> tokens;
    std::vector<std::uint16_t> tag;
    std::vector<std::uint64_t> offsets{0}; // where each sample begins
    for (std::size_t i = 0; i < samples; ++i) {
        for (std::uint64_t left = 1 + random() % longest; left > 0; --left) {
            tokens.push_back(static_cast<std::int32_t>(random() % vocabulary));
            tag.push_back(static_cast<std::uint16_t>(tokens.back() * 7 / 3 % tags));
        }
        offsets.push_back(tokens.size());
    }
    return {{Column("tokens", {{}, Element::i32, ragged(longest)}, std::move(tokens), offsets,
                    vocabulary),
             Column("tag", labels(ragged(longest)), std::move(tag), offsets, tags)}};
}

struct TaggerOptions {
    std::uint32_t dim = 8;
};

Model tagger(const DataShape& data, std::uint32_t dim) {
    const ColumnType &tokens = data.column("tokens"), &tag = data.column("tag");
    Graph g;
    const Value words = g.input("tokens", tokens.tensor), wanted = g.input("tag", tag.tensor);
    Value h = g.add(embedding({.vocabulary = tokens.below, .dim = dim}), {words});
    h = g.add(relu(), {g.add(linear({.out = 2 * dim}), {h})});
    h = g.add(linear({.out = tag.below}), {h});
    g.loss("tag", cross_entropy(), {h, wanted});
    g.metric("accuracy", top1(), {h, wanted});
    return g.finish("tagger");
}

} // namespace

void house::register_phrases() {
    DatasetEntry entry{{"phrases", "Phrases", "words with a tag each"}};
    entry.files = false;
    entry.load = [](const DataConfig&, std::uint64_t seed) {
        return Dataset{"phrases", phrases(2 * seed, 200), phrases(2 * seed + 1, 50)};
    };
    datasets().add(std::move(entry));
}

void house::register_tagger() {
    const auto schema =
        Schema<TaggerOptions>().integer("dim", &TaggerOptions::dim, 1, 1000, "numbers of a word");
    ModelEntry entry{{"tagger", "Tagger", "a tag for every token", schema.options()}};
    entry.make = [schema](const Options& said, const DataShape& data, const Head&) {
        return tagger(data, schema.read(said).dim);
    };
    models().add(std::move(entry));
}
