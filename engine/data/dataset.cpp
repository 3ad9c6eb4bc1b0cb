// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#include "fedmrn/dataset.hpp"

#include <array>
#include <string>

#include <fmt/format.h>

#include "engine/data/fashion_mnist.hpp"
#include "engine/data/synthetic.hpp"
#include "fedmrn/error.hpp"

namespace fedmrn {
namespace {

struct Source {
    const char* name;
    Dataset (*load)(const DataConfig&, std::uint64_t seed);
};

constexpr std::array sources = {
    Source{"fashion-mnist",
           [](const DataConfig& config, std::uint64_t) { return load_fashion_mnist(config.path); }},
    Source{"synthetic", [](const DataConfig& config,
                           std::uint64_t seed) { return make_synthetic(seed, config.samples); }},
};

} // namespace

Dataset load_dataset(const DataConfig& config, std::uint64_t seed) {
    std::string known;
    for (const Source& source : sources) {
        if (config.name == source.name) return source.load(config, seed);
        known += fmt::format("{}\"{}\"", known.empty() ? "" : ", ", source.name);
    }
    throw Error(fmt::format("[data] name = \"{}\": no such data set, expected one of {}",
                            config.name, known));
}

} // namespace fedmrn
