// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#include "fedmrn/tensor.hpp"

#include <functional>
#include <numeric>

#include "fedmrn/parameter.hpp"

namespace fedmrn {
namespace {

std::size_t product(const std::vector<std::size_t>& shape) {
    return std::accumulate(shape.begin(), shape.end(), std::size_t{1}, std::multiplies<>());
}

const char* word_of(Element element) {
    static constexpr const char* words[] = {"real", "f32", "bf16", "i32", "u16", "u8"};
    return words[static_cast<std::size_t>(element)];
}

} // namespace

std::size_t size_of(Element element) {
    static constexpr std::size_t bytes[] = {4, 4, 2, 4, 2, 1};
    return bytes[static_cast<std::size_t>(element)];
}

std::size_t Tensor::elements() const { return product(shape); }
std::size_t TensorSpec::elements() const { return product(shape); }

std::string text_of(const Tensor& tensor) {
    std::string text;
    for (const std::size_t side : tensor.shape) {
        text += (text.empty() ? "" : "x") + std::to_string(side);
    }
    text += (text.empty() ? "one " : " ") + std::string(word_of(tensor.element));
    if (tensor.rows.per == Rows::Per::token) {
        text += tensor.rows.ragged ? " a token of up to " : " a token of ";
        text += std::to_string(tensor.rows.each);
    }
    return text;
}

} // namespace fedmrn
