// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#include "fedmrn/dataset.hpp"

#include <string>

#include "engine/data/cifar.hpp"
#include "engine/data/fashion_mnist.hpp"
#include "engine/data/leaf.hpp"
#include "engine/data/mnist.hpp"
#include "engine/data/npz.hpp"
#include "engine/data/svhn.hpp"
#include "engine/data/synthetic.hpp"
#include "engine/data/tff.hpp"
#include "fedmrn/config.hpp"
#include "fedmrn/schema.hpp"

namespace fedmrn {
namespace {

/// A set that is read from [data] path.
DatasetEntry read(const char* name, const char* help, Dataset (*reader)(const std::string&)) {
    DatasetEntry entry{{name, name, help}};
    entry.load = [reader](const DataConfig& config, std::uint64_t) { return reader(config.path); };
    return entry;
}

DatasetEntry emnist(const std::string& split, const char* help) {
    DatasetEntry entry{{"emnist-" + split, "emnist-" + split, help}};
    entry.load = [split](const DataConfig& config, std::uint64_t) {
        return load_emnist(split, config.path);
    };
    return entry;
}

struct SyntheticOptions {
    std::uint32_t samples = 1000;
};

DatasetEntry synthetic() {
    const auto schema = Schema<SyntheticOptions>().integer(
        "samples", &SyntheticOptions::samples, 1, 1'000'000'000, "training samples that are made");
    DatasetEntry entry{
        {"synthetic", "synthetic", "made of the seed: 10 bytes, 2 classes", schema.options()}};
    entry.files = false;
    entry.load = [schema](const DataConfig& config, std::uint64_t seed) {
        return make_synthetic(seed, schema.read(config.options).samples);
    };
    return entry;
}

} // namespace

Registry<DatasetEntry>& datasets() {
    static Registry<DatasetEntry> registry(
        "data.name",
        {
            read("fashion-mnist", "28×28 grey, 10 classes of clothes", load_fashion_mnist),
            read("mnist", "28×28 grey, 10 digits", load_mnist),
            emnist("digits", "28×28 grey, 10 digits"),
            emnist("letters", "28×28 grey, 26 letters"),
            emnist("balanced", "28×28 grey, 47 characters, as many of each"),
            emnist("byclass", "28×28 grey, 62 characters"),
            emnist("bymerge", "28×28 grey, 47 characters"),
            emnist("mnist", "28×28 grey, 10 digits, as MNIST is"),
            read("cifar-10", "32×32 colour, 10 classes", load_cifar10),
            read("cifar-100", "32×32 colour, 100 classes", load_cifar100),
            read("svhn", "32×32 colour, 10 digits of house numbers", load_svhn),
            read("leaf-femnist", "LEAF: 28×28 grey, 62 characters, of 3,550 writers",
                 load_leaf_femnist),
            read("leaf-shakespeare", "LEAF: the next of 80 characters, of the plays' roles",
                 load_leaf_shakespeare),
            read("tff-emnist", "TensorFlow Federated: 62 characters of 3,400 writers",
                 load_tff_emnist),
            read("tff-emnist-digits", "TensorFlow Federated: 10 digits of 3,383 writers",
                 load_tff_emnist_digits),
            read("tff-cifar-100", "TensorFlow Federated: 500 users by Pachinko allocation",
                 load_tff_cifar100),
            read("npz", "arrays of one's own: x_train, y_train, x_test, y_test", load_npz),
            synthetic(),
        });
    return registry;
}

Dataset load_dataset(const DataConfig& config, std::uint64_t seed) {
    Dataset dataset = datasets().checked(config).load(config, seed);
    check(dataset);
    return dataset;
}

} // namespace fedmrn
