// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#include "engine/model/layers/image.hpp"
#include "engine/model/zoo/models.hpp"
#include "fedmrn/config.hpp"

namespace fedmrn {
namespace {

ModelEntry entry(const char* name, const char* title, const char* help,
                 Model (*make)(ImageShape, std::uint32_t, const Head&)) {
    ModelEntry made{{name, title, help}};
    made.make = [make](const Options&, ImageShape input, std::uint32_t classes, const Head& head) {
        return make(input, classes, head);
    };
    return made;
}

Model make_model(const Choice& choice, ImageShape input, std::uint32_t classes, const Head& head) {
    const ModelEntry& entry = models().checked(choice);
    try {
        return entry.make(choice.options, input, classes, head);
    } catch (const TooSmall& error) {
        throw Error("model " + choice.name + ": samples of " + std::to_string(input.height) + "x" +
                    std::to_string(input.width) + " are too small for it: " + error.what());
    } catch (const Error& error) {
        throw Error("model " + choice.name + ": " + error.what());
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

Model make_model(const ModelConfig& config, ImageShape input, std::uint32_t classes) {
    return make_model(config, input, classes, make_head(config));
}

Model make_model(const Choice& choice, ImageShape input, std::uint32_t classes) {
    return make_model(choice, input, classes, Head{});
}

} // namespace fedmrn
