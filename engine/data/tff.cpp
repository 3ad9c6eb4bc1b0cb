// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#include "engine/data/tff.hpp"

#include <cmath>
#include <utility>

#include <fmt/format.h>

#include "engine/data/folder.hpp"
#include "engine/data/formats/hdf5_file.hpp"
#include "engine/data/normalise.hpp"
#include "engine/data/users.hpp"
#include "fedmrn/error.hpp"
#include "fedmrn/images.hpp"

namespace fedmrn {
namespace {

struct TffSet {
    const char* name;
    const char* prefix; ///< of the files' names
    const char* array;  ///< of a client's images
    ImageShape shape;
    bool bytes; ///< images are bytes, not float in 0 … 1
    std::uint32_t classes;
};

/// Reads the samples of clients one by one: no more than one client's are in memory as floats.
class ClientReader {
public:
    ClientReader(const TffSet& set, const std::string& path)
        : set_(set), path_(path), file_(path) {}

    [[nodiscard]] std::vector<std::string> clients() const { return file_.names("/examples"); }

    /// Returns how many there were.
    std::uint64_t append(Images& split, const std::string& client) {
        const std::string group = "/examples/" + client + "/";
        const std::uint64_t samples = append_images(split, group + set_.array);
        append_labels(split, group + "label", samples);
        return samples;
    }

private:
    [[noreturn]] void fail(const std::string& array, const std::string& found) const {
        throw Error(fmt::format("{}: {}: {}", path_, array, found));
    }

    std::uint64_t append_images(Images& split, const std::string& name) {
        const auto [height, width, channels] = set_.shape;
        const Hdf5Array images = file_.array(name);
        std::vector<std::uint64_t> expected{0, height, width};
        if (channels > 1) expected.push_back(channels);
        if (!images.shape().empty()) expected[0] = images.shape()[0];
        if ((set_.bytes ? !images.integers() : !images.floats()) || images.shape() != expected) {
            fail(name, fmt::format("{}, expected {} of samples × {}", images.text(),
                                   set_.bytes ? "integers" : "float",
                                   fmt::join(expected.begin() + 1, expected.end(), " × ")));
        }
        images.read(values_);
        const float most = set_.bytes ? 255 : 1, scale = 255 / most;
        for (std::size_t i = 0; i < values_.size(); ++i) {
            const float value = values_[i];
            if (!(value >= 0 && value <= most)) {
                fail(name, fmt::format("{} in image {}, expected 0 to {}", value,
                                       i / set_.shape.size(), most));
            }
            split.pixels.push_back(static_cast<std::uint8_t>(std::lround(scale * value)));
        }
        return expected[0];
    }

    void append_labels(Images& split, const std::string& name, std::uint64_t samples) {
        const Hdf5Array labels = file_.array(name);
        const std::vector<std::uint64_t>& shape = labels.shape();
        const bool column = shape.size() == 2 && shape[1] == 1;
        if (!labels.integers() || (shape.size() != 1 && !column) || shape[0] != samples) {
            fail(name,
                 fmt::format("{}, expected integers of {}, one an image", labels.text(), samples));
        }
        labels.read(labels_);
        for (std::size_t i = 0; i < samples; ++i) {
            const std::int32_t label = labels_[i];
            if (label < 0 || label >= static_cast<std::int32_t>(set_.classes)) {
                fail(name, fmt::format("label {} of image {}, expected 0 to {}", label, i,
                                       set_.classes - 1));
            }
            split.labels.push_back(static_cast<std::uint16_t>(label));
        }
    }

    const TffSet& set_;
    std::string path_;
    Hdf5File file_;
    std::vector<float> values_;
    std::vector<std::int32_t> labels_;
};

/// `user` is called with the name of each client that has samples and with how many.
template <class Call>
Images read_split(const TffSet& set, const std::string& path, const Call& user) {
    Images split;
    ClientReader file(set, path);
    for (const std::string& client : file.clients()) {
        const std::uint64_t samples = file.append(split, client);
        if (samples > 0) user(client, samples);
    }
    if (split.labels.empty()) throw Error(path + ": no samples in /examples");
    normalise_by_own_pixels(split, set.shape.channels);
    return split;
}

Dataset load(const TffSet& set, const std::string& folder) {
    const std::string prefix = set.prefix;
    const FileSet files{set.name, set.name, "",
                        "TensorFlow Federated data set " + prefix + ".tar.bz2", false};
    const std::string chosen = choose_folder(files, folder, prefix + "_train.h5");
    const std::string test = require_file(files, chosen, prefix + "_test.h5");
    Users users;
    Images train =
        read_split(set, require_file(files, chosen, prefix + "_train.h5"),
                   [&](const std::string& name, std::uint64_t n) { users.trains(name, n); });
    Images tests = read_split(
        set, test, [&](const std::string& name, std::uint64_t n) { users.tests(name, n); });
    Dataset data =
        image_dataset(set.name, set.shape, set.classes, std::move(train), std::move(tests));
    users.move_to(data);
    return data;
}

} // namespace

Dataset load_tff_emnist(const std::string& folder) {
    return load({"tff-emnist", "fed_emnist", "pixels", {28, 28, 1}, false, 62}, folder);
}

Dataset load_tff_emnist_digits(const std::string& folder) {
    return load({"tff-emnist-digits", "fed_emnist_digitsonly", "pixels", {28, 28, 1}, false, 10},
                folder);
}

Dataset load_tff_cifar100(const std::string& folder) {
    return load({"tff-cifar-100", "fed_cifar100", "image", {32, 32, 3}, true, 100}, folder);
}

} // namespace fedmrn
