// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#include "fedmrn/model.hpp"

namespace fedmrn {
namespace {

ModelEntry entry(const char* name, const char* title, const char* help) {
    ModelEntry made{{name, title, help}};
    made.make = [name](const Options&, ImageShape input, std::uint32_t classes) {
        return make_model(name, input, classes);
    };
    return made;
}

} // namespace

Registry<ModelEntry>& models() {
    static Registry<ModelEntry> registry(
        "model.name", {entry("logistic", "logistic", "one linear layer"),
                       entry("mlp", "perceptron", "two linear layers"),
                       entry("lenet5", "LeNet-5", "two convolutions, three linear layers"),
                       entry("cnn2", "CNN2", "McMahan's: two convolutions, two linear layers"),
                       entry("cnn4", "CNN4", "four convolutions with BatchNorm, a linear layer"),
                       entry("cnn8", "CNN8", "eight convolutions with BatchNorm, a linear layer")});
    return registry;
}

} // namespace fedmrn
