// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cstdint>

#include "engine/model/builder.hpp"
#include "fedmrn/error.hpp"

namespace fedmrn {
namespace {

/// Multinomial logistic regression: features → classes, without a bias.
ModelSpec logistic(ImageShape input, std::uint32_t classes) {
    return ModelBuilder("logistic", input).linear(classes, false).finish(classes);
}

/// features → min(features, 200) → classes: 10-10-2 on the synthetic set, 784-200-10 on images.
ModelSpec perceptron(ImageShape input, std::uint32_t classes) {
    const auto hidden = static_cast<std::uint32_t>(std::min<std::size_t>(input.size(), 200));
    return ModelBuilder("mlp", input)
        .linear(hidden, true)
        .relu()
        .linear(classes, true)
        .finish(classes);
}

/// LeCun et al., 1998, as it is trained today: ReLU for tanh, all channels connected, a softmax.
/// Two blocks of [convolution 5×5 → ReLU → average-pool 2], then 120, 84, classes. The network
/// reads 32 × 32 pixels; smaller images, digits of 28 × 28, are padded by 2 as LeCun's were.
ModelSpec lenet5(ImageShape input, std::uint32_t classes) {
    const std::uint32_t padding = std::min(input.height, input.width) < 32 ? 2 : 0;
    return ModelBuilder("lenet5", input)
        .convolution(6, 5, padding)
        .pooling(2, true)
        .convolution(16, 5, 0)
        .pooling(2, true)
        .linear(120, true)
        .relu()
        .linear(84, true)
        .relu()
        .linear(classes, true)
        .finish(classes);
}

/// The CNN of McMahan et al., AISTATS 2017: two blocks of [convolution 5×5 → ReLU → max-pool 2]
/// that keep the size, 512 units, classes; their 1,663,370 parameters on 28 × 28 × 1 and 10
/// classes.
ModelSpec cnn2(ImageShape input, std::uint32_t classes) {
    return ModelBuilder("cnn2", input)
        .convolution(32, 5, 2)
        .pooling(2)
        .convolution(64, 5, 2)
        .pooling(2)
        .linear(512, true)
        .relu()
        .linear(classes, true)
        .finish(classes);
}

/// Four blocks of [convolution 3×3 → BatchNorm → ReLU → max-pool 2], then a linear layer.
ModelSpec cnn4(ImageShape input, std::uint32_t classes) {
    ModelBuilder builder("cnn4", input);
    for (const std::uint32_t channels : {32u, 64u, 128u, 256u}) {
        builder.convolution(channels, 3, 1).batchnorm(true, 2);
    }
    return builder.linear(classes, false).finish(classes);
}

/// Eight convolutions, a max-pool after every second, then a linear layer.
ModelSpec cnn8(ImageShape input, std::uint32_t classes) {
    ModelBuilder builder("cnn8", input);
    for (const std::uint32_t channels : {32u, 64u, 128u, 256u}) {
        builder.convolution(channels, 3, 1).batchnorm(true, 1);
        builder.convolution(channels, 3, 1).batchnorm(true, 2);
    }
    return builder.linear(classes, false).finish(classes);
}

} // namespace

ModelSpec make_model(const std::string& name, ImageShape input, std::uint32_t classes) {
    if (name == "logistic") {
        return logistic(input, classes);
    }
    if (name == "mlp") {
        return perceptron(input, classes);
    }
    if (name == "lenet5") {
        return lenet5(input, classes);
    }
    if (name == "cnn2") {
        return cnn2(input, classes);
    }
    if (name == "cnn4") {
        return cnn4(input, classes);
    }
    if (name == "cnn8") {
        return cnn8(input, classes);
    }
    throw Error("model.name: expected \"logistic\", \"mlp\", \"lenet5\", \"cnn2\", \"cnn4\" or "
                "\"cnn8\", found \"" +
                name + "\"");
}

} // namespace fedmrn
