// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <vector>

#include "engine/method/dense.hpp"

namespace fedmrn {

// What PowerSGD and FedMUD share: a message whose float32 part holds factors of the masked tensors,
// read as matrices [out, all else], and then all other values of the state.

/// A masked tensor as a matrix, and its floats in a message's float32 part.
struct MatrixPlace {
    std::uint32_t tensor = 0; ///< its number
    std::size_t offset = 0;   ///< in the state
    std::size_t rows = 0, columns = 0;
    std::size_t rank = 0; ///< 0: the matrix itself is sent
    std::size_t at = 0, floats = 0;
    [[nodiscard]] std::size_t elements() const { return rows * columns; }
};

/// The masked tensors in their order; rank, at and floats are for the method to fill in.
std::vector<MatrixPlace> matrices_of(const ParameterLayout& layout);

/// Floats that messages have for the masked tensors, once every place has its `floats`; sets `at`.
std::size_t place_floats(std::vector<MatrixPlace>& places);

/// Throws Error unless the message was made by this method with this parameter.
void check_made_with(const Message& message, MethodName method, float parameter);

/// Queues the decoding of clients' floats [clients][sent + state − masked] into values
/// [clients][state], of the masked tensors; both in device memory.
using DecodeMatrices =
    std::function<void(std::span<const Message> clients, const float* floats, float* values)>;

/// mean [state] of messages that hold `sent` floats for the masked tensors. Decodes as many clients
/// at a time as find room, in floats; changes no result.
void aggregate_matrices(Device& device, const ParameterLayout& layout, std::size_t sent,
                        std::span<const Message> messages, const DecodeMatrices& decode,
                        double* mean, std::size_t room = values_at_once);

} // namespace fedmrn
