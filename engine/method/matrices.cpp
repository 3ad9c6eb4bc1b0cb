// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#include "engine/method/matrices.hpp"

#include <algorithm>
#include <string>

#include "fedmrn/error.hpp"
#include "kernels/update.hpp"

namespace fedmrn {

std::vector<MatrixPlace> matrices_of(const ParameterLayout& layout) {
    std::vector<MatrixPlace> places;
    for (const TensorSpec& tensor : layout.tensors) {
        if (tensor.role == Role::masked) {
            const std::size_t rows = tensor.shape.at(0);
            places.push_back({.tensor = static_cast<std::uint32_t>(places.size()),
                              .offset = tensor.offset,
                              .rows = rows,
                              .columns = rows == 0 ? 0 : tensor.elements() / rows});
        }
    }
    return places;
}

std::size_t place_floats(std::vector<MatrixPlace>& places) {
    std::size_t sent = 0;
    for (MatrixPlace& place : places) {
        place.at = sent;
        sent += place.floats;
    }
    return sent;
}

void check_made_with(const Message& message, MethodName method, float parameter) {
    if (message.method != static_cast<std::uint8_t>(method) || message.parameter != parameter) {
        throw Error("uplink message of client " + std::to_string(message.client) +
                    ": made with another method, rank or ratio than this experiment's");
    }
}

void aggregate_matrices(Device& device, const ParameterLayout& layout, std::size_t sent,
                        std::span<const Message> messages, const DecodeMatrices& decode,
                        double* mean, std::size_t room) {
    const std::size_t state = layout.state, dense = state - layout.masked, floats = sent + dense;
    const std::uint64_t samples = total_samples(messages);
    const std::size_t at_once = std::min(messages.size(), clients_at_once(floats + state, room));
    Buffer<formula::Wide> sum(device, state);
    Buffer<float> received(device, at_once * floats), values(device, at_once * state);
    for (std::size_t begin = 0; begin < messages.size(); begin += at_once) {
        const auto part = messages.subspan(begin, std::min(at_once, messages.size() - begin));
        for (std::size_t k = 0; k < part.size(); ++k) {
            received.write(part[k].dense, k * floats);
            device.copy_within(values.data() + k * state + layout.masked,
                               received.data() + k * floats + sent, dense * sizeof(float));
        }
        decode(part, received.data(), values.data());
        add_clients(device, part, state, values.data(), sum.data());
    }
    kernels::mean_of_dense(device, state, sum.data(), samples, mean);
}

} // namespace fedmrn
