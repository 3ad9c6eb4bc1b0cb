// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#include <cmath>
#include <cstring>
#include <set>

#include "engine/base/file.hpp"
#include "engine/base/safetensors.hpp"
#include "engine/base/text.hpp"
#include "engine/stage/teacher.hpp"
#include "fedmrn/error.hpp"

namespace fedmrn {
namespace {

SafeTensors file_at(const std::filesystem::path& path) {
    std::vector<std::byte> bytes = read_file(path);
    if (!looks_like_safetensors(bytes)) {
        throw Error(path.string() + ": expected a model.safetensors, as a run leaves it");
    }
    return parse_safetensors(std::move(bytes), path.string());
}

std::string shape_text(const std::vector<std::size_t>& shape) {
    std::string text;
    for (const std::size_t side : shape) {
        text += (text.empty() ? "" : "x") + std::to_string(side);
    }
    return text.empty() ? "no sides" : text;
}

/// [rows, channels, pixels] to [rows, pixels, channels], the state's order.
void channels_last(const Exported& exported, std::span<const float> in, std::span<float> out) {
    const std::size_t row = exported.pixels * exported.channels;
    for (std::size_t i = 0; i < in.size(); ++i) {
        const std::size_t channel = i % row / exported.pixels, pixel = i % exported.pixels;
        out[i / row * row + pixel * exported.channels + channel] = in[i];
    }
}

/// Throws Error for a tensor of another type or shape, or a value that is not finite.
void read_tensor(const TensorView& view, const TensorSpec& spec, const std::string& model,
                 std::span<float> out) {
    const bool turned = !spec.exported.shape.empty();
    const auto& shape = turned ? spec.exported.shape : spec.shape;
    if (view.dtype != Dtype::float32 || view.shape != shape) {
        throw Error(spec.name + " is " + one_line(view.type) + " of " + shape_text(view.shape) +
                    ", " + model + " for this data set has F32 of " + shape_text(shape));
    }
    std::vector<float> values(view.elements());
    std::memcpy(values.data(), view.data.data(), view.data.size());
    for (std::size_t i = 0; i < values.size(); ++i) {
        if (!std::isfinite(values[i])) {
            throw Error(spec.name + ": value " + std::to_string(i) + " is not finite");
        }
    }
    channels_last(turned ? spec.exported : Exported{}, values, out);
}

} // namespace

std::vector<float> read_state(const std::filesystem::path& path, const Model& model) {
    const SafeTensors file = file_at(path);
    std::vector<float> state(model.layout.state);
    std::set<std::string> known;
    try {
        for (const TensorSpec& spec : model.layout.tensors) {
            const TensorView* view = file.find(spec.name);
            if (view == nullptr) {
                throw Error("no " + spec.name + ", which " + model.name + " has");
            }
            read_tensor(*view, spec, model.name,
                        std::span(state).subspan(spec.offset, spec.elements()));
            known.insert(spec.name);
        }
        for (const TensorView& view : file.tensors) {
            if (!known.contains(view.name)) {
                throw Error("it has " + one_line(view.name) + ", which " + model.name + " has not");
            }
        }
    } catch (const Error& error) {
        throw Error(path.string() + ": " + error.what());
    }
    return state;
}

std::string model_named_in(const std::filesystem::path& path) {
    const SafeTensors file = file_at(path);
    const auto found = file.metadata.find("model");
    return found != file.metadata.end() ? found->second : "";
}

} // namespace fedmrn
