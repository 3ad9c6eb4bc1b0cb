// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#include "engine/store/export.hpp"

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

} // namespace

void export_model(const std::filesystem::path& path, const Model& model,
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
        if (!tensor.exported.shape.empty()) {
            turned.push_back(
                channels_first(data, tensor.exported.pixels, tensor.exported.channels));
            data = turned.back();
            shape = tensor.exported.shape;
        }
        views.push_back(view_of(tensor.name, std::move(shape), data));
    }
    write_safetensors(path, metadata, views);
}

} // namespace fedmrn
