// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#include "engine/store/export.hpp"

#include <algorithm>
#include <cstring>

#include <fmt/format.h>

#include "engine/base/channels.hpp"
#include "engine/base/file.hpp"
#include "fedmrn/error.hpp"

namespace fedmrn {
namespace {

/// Of a tensor as PyTorch has it.
std::vector<std::size_t> exported_shape(const TensorSpec& tensor) {
    return tensor.exported.shape.empty() ? tensor.shape : tensor.exported.shape;
}

std::string shape_text(const std::vector<std::size_t>& shape) {
    return fmt::format("[{}]", fmt::join(shape, ", "));
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
        if (!tensor.exported.shape.empty()) {
            turned.push_back(
                channels_first(data, tensor.exported.pixels, tensor.exported.channels));
            data = turned.back();
        }
        views.push_back(view_of(tensor.name, exported_shape(tensor), data));
    }
    write_safetensors(path, metadata, views);
}

std::vector<float> import_model(const std::filesystem::path& path, const Model& model) {
    const SafeTensors file = parse_safetensors(read_file(path), path.string());
    std::vector<float> state(model.layout.state);
    for (const TensorSpec& tensor : model.layout.tensors) {
        const TensorView* found = file.find(tensor.name);
        if (found == nullptr)
            throw Error(fmt::format("{}: no tensor {}, which {} has", path.string(), tensor.name,
                                    model.name));
        if (found->dtype != Dtype::float32 || found->shape != exported_shape(tensor))
            throw Error(fmt::format("{}: {}: expected F32 {}, found {} {}", path.string(),
                                    tensor.name, shape_text(exported_shape(tensor)), found->type,
                                    shape_text(found->shape)));
        std::vector<float> values(tensor.elements());
        if (!values.empty()) std::memcpy(values.data(), found->data.data(), found->data.size());
        if (!tensor.exported.shape.empty())
            values = channels_last(std::span<const float>(values), tensor.exported.pixels,
                                   tensor.exported.channels);
        std::ranges::copy(values, state.begin() + static_cast<std::ptrdiff_t>(tensor.offset));
    }
    return state;
}

} // namespace fedmrn
