// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "engine/model/zoo/models.hpp"
#include "fedmrn/error.hpp"

namespace fedmrn {
namespace {

constexpr ZooEntry entries[] = {
    {"logistic", "multinomial logistic regression, without a bias", logistic},
    {"mlp", "one hidden layer of at most 200 units, ReLU", mlp},
    {"lenet5", "LeNet-5 (LeCun et al., 1998) with ReLU", lenet5},
    {"cnn2", "two 5x5 convolutions and 512 units (McMahan et al., 2017)", cnn2},
    {"cnn4", "four 3x3 convolutions with BatchNorm", cnn4},
    {"cnn8", "eight 3x3 convolutions with BatchNorm", cnn8},
};

/// "a", "b" or "c".
std::string names() {
    std::string text;
    for (const ZooEntry& entry : entries) {
        const bool first = &entry == std::begin(entries), last = &entry + 1 == std::end(entries);
        text += (first ? "\"" : last ? " or \"" : ", \"") + std::string(entry.name) + "\"";
    }
    return text;
}

} // namespace

std::span<const ZooEntry> zoo() { return entries; }

Model make_model(const std::string& name, ImageShape input, std::uint32_t classes) {
    const auto* entry = std::find_if(std::begin(entries), std::end(entries),
                                     [&](const ZooEntry& e) { return e.name == name; });
    if (entry == std::end(entries)) {
        throw Error("model.name: expected " + names() + ", found \"" + name + "\"");
    }
    try {
        return entry->make(input, classes);
    } catch (const Error& error) { // all else about these models is known to fit
        throw Error("model " + name + ": samples of " + std::to_string(input.height) + "x" +
                    std::to_string(input.width) + " are too small for it: " + error.what());
    }
}

} // namespace fedmrn
