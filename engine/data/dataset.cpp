// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#include "fedmrn/dataset.hpp"

#include <string>

#include <fmt/format.h>

#include "engine/data/cifar.hpp"
#include "engine/data/fashion_mnist.hpp"
#include "engine/data/formats/npz.hpp"
#include "engine/data/leaf.hpp"
#include "engine/data/mnist.hpp"
#include "engine/data/svhn.hpp"
#include "engine/data/synthetic.hpp"
#include "engine/data/tff.hpp"
#include "fedmrn/config.hpp"
#include "fedmrn/error.hpp"

namespace fedmrn {
namespace {

using Load = Dataset (*)(const DataConfig&, std::uint64_t seed);

struct Source {
    const char* name;
    Load load;
};

/// A set that is read from [data] path.
template <auto Read>
constexpr Load read = [](const DataConfig& config, std::uint64_t) { return Read(config.path); };

constexpr std::size_t emnist_prefix = 7; // "emnist-"
constexpr Load emnist = [](const DataConfig& config, std::uint64_t) {
    return load_emnist(config.name.substr(emnist_prefix), config.path);
};

constexpr Source sources[] = {
    {"fashion-mnist", read<load_fashion_mnist>},
    {"mnist", read<load_mnist>},
    {"emnist-digits", emnist},
    {"emnist-letters", emnist},
    {"emnist-balanced", emnist},
    {"emnist-byclass", emnist},
    {"emnist-bymerge", emnist},
    {"emnist-mnist", emnist},
    {"cifar-10", read<load_cifar10>},
    {"cifar-100", read<load_cifar100>},
    {"svhn", read<load_svhn>},
    {"leaf-femnist", read<load_leaf_femnist>},
    {"leaf-shakespeare", read<load_leaf_shakespeare>},
    {"tff-emnist", read<load_tff_emnist>},
    {"tff-emnist-digits", read<load_tff_emnist_digits>},
    {"tff-cifar-100", read<load_tff_cifar100>},
    {"npz", read<load_npz>},
    {"synthetic", [](const DataConfig& config,
                     std::uint64_t seed) { return make_synthetic(seed, config.samples); }},
};

} // namespace

std::vector<std::string_view> dataset_names() {
    std::vector<std::string_view> names;
    for (const Source& source : sources) {
        names.emplace_back(source.name);
    }
    return names;
}

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
