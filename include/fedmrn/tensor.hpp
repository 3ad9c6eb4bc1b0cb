// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#pragma GCC visibility push(default)
namespace fedmrn {

/// What one element of a value is.
enum class Element : unsigned char {
    real, ///< float32, or bfloat16 where experiment.precision says so: activations
    f32,
    bf16,
    i32, ///< tokens
    u16, ///< labels
    u8,  ///< a place in a window
};
/// Bytes; a real counts as a float32 until a run has decided.
std::size_t size_of(Element element);

/// What a value has a row for. Equal axes have equal counts: values that meet in a layer or a loss
/// must lie on one axis.
struct Rows {
    enum class Per : unsigned char { sample, token, lane };
    Per per = Per::sample;
    std::size_t each = 1; ///< token: places of a sample; ragged: places that there is room for
    bool ragged = false;  ///< token: how many there are is counted in device memory, lane by lane
    bool operator==(const Rows&) const = default;
};

/// T rows for every sample, one a token.
constexpr Rows tokens(std::size_t each) { return {Rows::Per::token, each, false}; }
/// As many rows as the batch has tokens, 1 to batch × each of an active lane.
constexpr Rows ragged(std::size_t each) { return {Rows::Per::token, each, true}; }
/// One row a lane, whatever its batch: what a layer keeps of a whole batch.
constexpr Rows one_a_lane() { return {Rows::Per::lane, 1, false}; }

/// A value's type: the shape of one row, its elements, and what has a row. Images are [height,
/// width, channels]; a single number is [].
struct Tensor {
    std::vector<std::size_t> shape = {};
    Element element = Element::real;
    Rows rows = {};
    [[nodiscard]] std::size_t elements() const; ///< of one row
    bool operator==(const Tensor&) const = default;
};

/// "28x28x1 real", "10 f32 a token of 32": for messages.
std::string text_of(const Tensor& tensor);

/// A class a row.
inline Tensor labels(Rows rows = {}) { return {{}, Element::u16, rows}; }

} // namespace fedmrn
#pragma GCC visibility pop
