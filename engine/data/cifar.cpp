// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#include "engine/data/cifar.hpp"

#include <span>
#include <utility>

#include <fmt/format.h>

#include "engine/data/folder.hpp"
#include "engine/data/formats/byte_reader.hpp"
#include "fedmrn/error.hpp"
#include "fedmrn/images.hpp"

namespace fedmrn {
namespace {

constexpr std::uint32_t side = 32, channels = 3;
constexpr std::size_t plane = std::size_t{side} * side, image = plane * channels;

/// One label byte of a record.
struct Label {
    const char* name;
    std::uint32_t below;
};

/// Appends a file's samples to the split; the last label byte is the class. Returns how many.
std::size_t append(Images& split, const std::string& path, std::span<const Label> label_bytes) {
    ByteReader file(path);
    const std::vector<std::uint8_t> bytes = file.read_up_to(file.bound());
    const std::size_t record = label_bytes.size() + image;
    const std::size_t count = bytes.size() / record;
    if (count == 0 || bytes.size() % record != 0) {
        throw Error(fmt::format("{}: {} bytes, expected a multiple of {} (labels and pixels of a "
                                "sample): truncated, or not a binary CIFAR file",
                                path, bytes.size(), record));
    }
    split.pixels.reserve(split.pixels.size() + count * image);
    for (std::size_t i = 0; i < count; ++i) {
        const std::uint8_t* at = bytes.data() + i * record;
        for (const Label& label : label_bytes) {
            if (*at >= label.below) {
                throw Error(fmt::format("{}: {} {} of sample {}, expected one below {}", path,
                                        label.name, *at, i, label.below));
            }
            ++at;
        }
        split.labels.push_back(at[-1]);
        for (std::size_t p = 0; p < plane; ++p) {
            for (std::size_t c = 0; c < channels; ++c) {
                split.pixels.push_back(at[c * plane + p]);
            }
        }
    }
    return count;
}

void expect_count(const std::string& path, std::size_t count, std::size_t expected,
                  const std::string& why) {
    if (count != expected) {
        throw Error(fmt::format("{}: {} samples, expected {}, {}", path, count, expected, why));
    }
}

/// mean, deviation: of both splits.
Dataset dataset(const std::string& name, std::uint32_t classes, Images train, Images test,
                const std::vector<float>& mean, const std::vector<float>& deviation) {
    train.mean = test.mean = mean;
    train.deviation = test.deviation = deviation;
    return image_dataset(name, {side, side, channels}, classes, std::move(train), std::move(test));
}

} // namespace

Dataset load_cifar10(const std::string& folder) {
    const FileSet set{"cifar-10", "cifar-10", "cifar-10-batches-bin",
                      "archive cifar-10-binary.tar.gz (cs.toronto.edu/~kriz/cifar.html)"};
    constexpr Label labels[] = {{"label", 10}};
    const std::string chosen = choose_folder(set, folder, "data_batch_1.bin");
    Images training, testing;
    std::size_t first = 0;
    for (int batch = 1; batch <= 6; ++batch) {
        const bool test = batch == 6;
        const std::string path = require_file(
            set, chosen, test ? "test_batch.bin" : fmt::format("data_batch_{}.bin", batch));
        const std::size_t count = append(test ? testing : training, path, labels);
        if (batch == 1) first = count;
        expect_count(path, count, first, "as many as in data_batch_1.bin");
    }
    // The constants that the FedMRN authors use (ImageNet's), for both splits.
    return dataset("cifar-10", 10, std::move(training), std::move(testing),
                   {0.485F, 0.456F, 0.406F}, {0.229F, 0.224F, 0.225F});
}

Dataset load_cifar100(const std::string& folder) {
    const FileSet set{"cifar-100", "cifar-100", "cifar-100-binary",
                      "archive cifar-100-binary.tar.gz (cs.toronto.edu/~kriz/cifar.html)"};
    constexpr Label labels[] = {{"coarse label", 20}, {"fine label", 100}};
    const std::string chosen = choose_folder(set, folder, "train.bin");
    Images training, testing;
    const std::string train = require_file(set, chosen, "train.bin");
    const std::size_t trained = append(training, train, labels);
    const std::size_t tested = append(testing, require_file(set, chosen, "test.bin"), labels);
    expect_count(train, trained, 5 * tested, "five times as many as in test.bin");
    // The FedMRN authors' constants: those of the training split, for both.
    return dataset("cifar-100", 100, std::move(training), std::move(testing),
                   {0.5071F, 0.4865F, 0.4409F}, {0.2673F, 0.2564F, 0.2762F});
}

} // namespace fedmrn
