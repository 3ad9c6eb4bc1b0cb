// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#include <cstring>
#include <string>

#include "fedmrn/model.hpp"
#include "kernels/formula/key.hpp"
#include "kernels/formula/normal.hpp"

namespace fedmrn {
namespace {

/// With BatchNorm, which sets the scale, weights start N(0, 0.01²) as the paper's authors have it;
/// without, N(0, 2 / fan-in) (He et al., ICCV 2015).
float deviation(const ModelSpec& model, const TensorSpec& tensor) {
    if (model.layout.state != model.layout.trainable) {
        return 0.01f;
    }
    const std::size_t fan_in = tensor.elements() / tensor.shape.front();
    return formula::square_root(2.0f / static_cast<float>(fan_in));
}

} // namespace

std::vector<float> initial_state(const ModelSpec& model, std::uint64_t seed) {
    std::vector<float> state(model.layout.state, 0.0f);
    std::uint32_t number = 0;
    for (const TensorSpec& tensor : model.layout.tensors) {
        const bool batchnorm_scale = tensor.role == Role::dense && tensor.name.ends_with(".weight");
        const bool variance = tensor.name.ends_with(".running_var");
        const float scale = tensor.role == Role::masked ? deviation(model, tensor) : 0.0f;
        const float constant = batchnorm_scale || variance ? 1.0f : 0.0f;
        for (std::size_t i = 0; i < tensor.elements(); ++i) {
            const float normal = formula::normal_quantile(
                formula::element_word(seed, i, number, formula::purpose_initial));
            state[tensor.offset + i] = tensor.role == Role::masked ? normal * scale : constant;
        }
        ++number;
    }
    return state;
}

std::string state_hash(std::span<const float> state) {
    std::uint64_t hash = 0xcbf29ce484222325;
    for (const float value : state) {
        std::uint32_t bits = 0;
        std::memcpy(&bits, &value, sizeof bits);
        for (int byte = 0; byte < 4; ++byte) {
            hash = (hash ^ (bits >> 8 * byte & 0xff)) * 0x100000001b3;
        }
    }
    static constexpr char digits[] = "0123456789abcdef";
    std::string text(16, '0');
    for (std::size_t i = 0; i < 16; ++i) {
        text[i] = digits[hash >> (60 - 4 * i) & 15];
    }
    return text;
}

} // namespace fedmrn
