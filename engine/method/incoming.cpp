// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#include "engine/method/incoming.hpp"

#include <string>

#include "engine/method/diverged.hpp"
#include "kernels/update.hpp"

namespace fedmrn {
namespace {

/// Throws for the first client with a value that does not fit the fixed-point grid.
[[noreturn]] void diverged(Device& device, std::span<const MessageView> messages,
                           std::size_t elements, DevicePointer<const float> values) {
    for (std::size_t k = 0; k < messages.size(); ++k) {
        const float largest = kernels::largest_magnitude(device, elements, values + k * elements);
        if (!(largest < formula::dense_limit)) {
            throw Diverged(messages[k].round, messages[k].client,
                           "its update holds " + std::to_string(largest) +
                               ", so its training has diverged");
        }
    }
    throw Error("aggregation: a dense value was damaged on the device", Fault::run);
}

} // namespace

void add_weighted(Device& device, const WeightedMessages& messages, std::size_t elements,
                  DevicePointer<const float> values, DevicePointer<formula::Wide> sum) {
    std::vector<kernels::DenseValues> weighted;
    for (const std::uint64_t weight : messages.weights) {
        weighted.push_back({values + weighted.size() * elements, weight});
    }
    const float largest = kernels::largest_magnitude(device, messages.size() * elements, values);
    if (!(largest < formula::dense_limit)) {
        diverged(device, messages.messages, elements, values);
    }
    kernels::aggregate_dense(device, weighted, elements, sum);
}

void add_rest(Device& device, const WeightedMessages& messages, std::size_t elements,
              DevicePointer<formula::Wide> sum) {
    const std::size_t at_once = std::min(messages.size(), clients_at_once(elements));
    Buffer<float> values(device, at_once * elements);
    for (std::size_t begin = 0; begin < messages.size(); begin += at_once) {
        const WeightedMessages part = messages.part(begin, at_once);
        write_all(values, part.size(), elements,
                  [&](std::size_t k) { return part.messages[k].dense.last(elements); });
        add_weighted(device, part, elements, values.data(), sum);
    }
}

void round_values(Device& device, std::size_t elements, DevicePointer<const double> mean,
                  DevicePointer<float> values) {
    device.clear(values, elements * sizeof(float));
    kernels::server_step(device, 1.0, 0.0, elements, mean, nullptr, values); // 0 + 1 · mean
}

} // namespace fedmrn
