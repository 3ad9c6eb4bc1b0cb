// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <vector>

#include "engine/method/outgoing.hpp"
#include "fedmrn/model.hpp"

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

/// Packs what stands at the front of each place's own: of a Place, offset in the update, at and
/// floats in the message's float32 part.
template <class Place>
void pack_floats(Device& device, std::span<const TrainedClient> clients,
                 const std::vector<Place>& places, Outgoing& messages) {
    for (std::size_t k = 0; k < clients.size(); ++k) {
        for (const Place& place : places) {
            device.copy_within(messages.dense(k) + place.at, clients[k].update + place.offset,
                               place.floats * sizeof(float));
        }
    }
}

} // namespace fedmrn
