// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#include "engine/model/layers/image.hpp"
#include "engine/model/zoo/models.hpp"
#include "fedmrn/config.hpp"

namespace fedmrn {
namespace {

/// The samples that the models of the zoo sort into classes.
const Tensor& samples_of(const DataShape& data) {
    const ColumnType* x = data.find("x");
    const bool reals = x != nullptr && x->tensor.rows == Rows{} &&
                       (x->tensor.element == Element::u8 || x->tensor.element == Element::f32);
    if (!reals || data.classes == 0) {
        throw Error("expected columns x (u8 or f32 a sample) and label (a class a sample), found " +
                    text_of(data));
    }
    return x->tensor;
}

std::string misfit(const Tensor& samples) {
    const std::vector<std::size_t>& shape = samples.shape;
    return shape.size() == 3 ? "samples of " + std::to_string(shape[0]) + "x" +
                                   std::to_string(shape[1]) + " are too small for it"
                             : "samples of " + text_of(samples) + " are no images";
}

ModelEntry entry(const char* name, const char* title, const char* help,
                 Model (*make)(const DataShape&, const Head&)) {
    ModelEntry made{{name, title, help}};
    made.make = [make](const Options&, const DataShape& data, const Head& head) {
        const Tensor& samples = samples_of(data);
        try {
            return make(data, head);
        } catch (const TooSmall& error) {
            throw Error(misfit(samples) + ": " + error.what());
        }
    };
    return made;
}

Model make_model(const Choice& choice, const DataShape& data, const Head& head) {
    const ModelEntry& entry = models().checked(choice);
    try {
        return entry.make(choice.options, data, head);
    } catch (const Error& error) {
        throw Error("model " + choice.name + ": " + error.what(), error.fault());
    }
}

} // namespace

Registry<ModelEntry>& models() {
    static Registry<ModelEntry> registry(
        "model.name",
        {
            entry("logistic", "logistic", "multinomial logistic regression, without a bias",
                  logistic),
            entry("mlp", "perceptron", "one hidden layer of at most 200 units, ReLU", mlp),
            entry("lenet5", "LeNet-5", "LeCun et al., 1998, with ReLU", lenet5),
            entry("cnn2", "CNN2", "two 5x5 convolutions and 512 units (McMahan et al., 2017)",
                  cnn2),
            entry("cnn4", "CNN4", "four 3x3 convolutions with BatchNorm", cnn4),
            entry("cnn8", "CNN8", "eight 3x3 convolutions with BatchNorm", cnn8),
            sequential_entry(),
        });
    return registry;
}

Model make_model(const ModelConfig& config, const DataShape& data) {
    return make_model(config, data, make_head(config));
}

Model make_model(const Choice& choice, const DataShape& data) {
    return make_model(choice, data, Head{});
}

} // namespace fedmrn
