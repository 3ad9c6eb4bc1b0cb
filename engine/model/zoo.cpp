// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cstdint>

#include "engine/model/builder.hpp"
#include "fedmrn/error.hpp"

namespace fedmrn {
namespace {

/// features → min(features, 200) → classes: 10-10-2 on the synthetic set, 784-200-10 on images.
ModelSpec perceptron(ImageShape input, std::uint32_t classes) {
    const auto hidden = static_cast<std::uint32_t>(std::min<std::size_t>(input.size(), 200));
    return ModelBuilder("mlp", input)
        .linear(hidden, true)
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
    if (name == "mlp") {
        return perceptron(input, classes);
    }
    if (name == "cnn4") {
        return cnn4(input, classes);
    }
    if (name == "cnn8") {
        return cnn8(input, classes);
    }
    throw Error("model.name: expected \"mlp\", \"cnn4\" or \"cnn8\", found \"" + name + "\"");
}

} // namespace fedmrn
