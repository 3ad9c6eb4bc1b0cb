// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#include "engine/store/export.hpp"

#include <algorithm>

#include <fmt/core.h>

#include "fedmrn/error.hpp"

namespace fedmrn {
namespace {

/// [rows, pixels, channels] to [rows, channels, pixels].
std::vector<float> channels_first(std::span<const float> in, std::size_t pixels,
                                  std::size_t channels) {
    std::vector<float> out(in.size());
    const std::size_t row = pixels * channels;
    for (std::size_t i = 0; i < in.size(); ++i) {
        const std::size_t pixel = i % row / channels, channel = i % channels;
        out[i / row * row + channel * pixels + pixel] = in[i];
    }
    return out;
}

/// The convolution or linear layer whose weight this tensor is; null for any other tensor.
const LayerSpec* reader_of(const ModelSpec& model, const TensorSpec& tensor) {
    const auto found =
        std::find_if(model.layers.begin(), model.layers.end(), [&](const LayerSpec& layer) {
            return (layer.kind == LayerKind::convolution || layer.kind == LayerKind::linear) &&
                   layer.weight == tensor.offset && tensor.role == Role::masked;
        });
    return found == model.layers.end() ? nullptr : &*found;
}

} // namespace

void export_model(const std::filesystem::path& path, const ModelSpec& model,
                  std::span<const float> state, const Metadata& metadata) {
    if (state.size() != model.layout.state)
        throw Error(fmt::format("{}: a state of {} values, {} has {}", path.string(), state.size(),
                                model.name, model.layout.state));
    std::vector<std::vector<float>> turned;
    turned.reserve(model.layout.tensors.size()); // views point into it
    std::vector<TensorView> views;
    for (const TensorSpec& tensor : model.layout.tensors) {
        std::span<const float> data = state.subspan(tensor.offset, tensor.elements());
        std::vector<std::size_t> shape = tensor.shape;
        if (const LayerSpec* layer = reader_of(model, tensor)) {
            const bool convolution = layer->kind == LayerKind::convolution;
            const std::size_t pixels = convolution
                                           ? shape.at(1) * shape.at(2)
                                           : std::size_t{layer->in.height} * layer->in.width;
            turned.push_back(channels_first(data, pixels, layer->in.channels));
            data = turned.back();
            if (convolution) shape = {shape[0], shape.at(3), shape[1], shape[2]};
        }
        views.push_back(view_of(tensor.name, std::move(shape), data));
    }
    write_safetensors(path, metadata, views);
}

} // namespace fedmrn
