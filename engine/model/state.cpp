// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cstring>
#include <string>

#include "fedmrn/model.hpp"
#include "kernels/formula/key.hpp"
#include "kernels/formula/normal.hpp"

namespace fedmrn {
namespace {

/// What a standard normal value is multiplied with.
float deviation(const TensorSpec& tensor) {
    if (tensor.initial.kind == Initial::Kind::normal) {
        return tensor.initial.value;
    }
    const std::size_t fan_in = tensor.elements() / tensor.shape.front();
    return formula::square_root(2.0f / static_cast<float>(fan_in));
}

} // namespace

std::vector<float> initial_state(const Model& model, std::uint64_t seed) {
    std::vector<float> state(model.layout.state, 0.0f);
    std::uint32_t number = 0;
    for (const TensorSpec& tensor : model.layout.tensors) {
        const std::span<float> values = std::span(state).subspan(tensor.offset, tensor.elements());
        if (tensor.initial.kind == Initial::Kind::constant) {
            std::fill(values.begin(), values.end(), tensor.initial.value);
        } else {
            const float scale = deviation(tensor);
            for (std::size_t i = 0; i < values.size(); ++i) {
                values[i] = scale * formula::normal_quantile(formula::element_word(
                                        seed, i, number, formula::purpose_initial));
            }
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
