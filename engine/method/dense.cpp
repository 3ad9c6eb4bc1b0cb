// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#include "engine/method/dense.hpp"

#include <algorithm>
#include <string>

#include "engine/method/diverged.hpp"
#include "fedmrn/error.hpp"
#include "kernels/update.hpp"

namespace fedmrn {
namespace {

/// Throws for the first client with a value that does not fit the fixed-point grid.
[[noreturn]] void diverged(Device& device, std::span<const Message> clients, std::size_t elements,
                           const float* values) {
    for (std::size_t k = 0; k < clients.size(); ++k) {
        const float largest = kernels::largest_magnitude(device, elements, values + k * elements);
        if (!(largest < formula::dense_limit)) {
            throw Diverged(clients[k].round, clients[k].client,
                           "its update holds " + std::to_string(largest) +
                               ", so its training has diverged");
        }
    }
    throw Error("aggregation: a dense value was damaged on the device", Fault::run);
}

} // namespace

std::size_t clients_at_once(std::size_t elements, std::size_t room) {
    return std::max<std::size_t>(1, room / std::max<std::size_t>(1, elements));
}

void append_dense_table(const ParameterLayout& layout, std::size_t first,
                        std::vector<TensorEntry>& table) {
    for (const TensorSpec& tensor : layout.tensors) {
        if (tensor.offset >= first) {
            table.push_back({Encoding::float32, tensor.elements()});
        }
    }
}

void queue_changes(Device& device, const ParameterLayout& layout, std::size_t first,
                   std::span<const TrainedClient> clients, float* changes, std::size_t stride) {
    std::vector<kernels::ChangeSource> sources;
    for (const TrainedClient& client : clients) {
        sources.push_back({client.update, client.weights, changes + sources.size() * stride});
    }
    kernels::state_changes(device, sources, clients.front().round.global, first, layout.trainable,
                           layout.state);
}

Message message_of(MethodName method, const TrainedClient& client,
                   const std::vector<TensorEntry>& table) {
    Message message;
    message.method = static_cast<std::uint8_t>(method);
    message.round = client.round.round;
    message.client = client.client;
    message.seed = client.seed;
    message.samples = client.samples;
    message.tensors = table;
    return message;
}

std::uint64_t total_samples(std::span<const Message> messages) {
    std::uint64_t total = 0;
    for (const Message& message : messages) {
        total += message.samples;
    }
    if (total == 0 || total >= std::uint64_t{1} << 38) {
        throw Error("aggregation: the cohort claims " + std::to_string(total) +
                        " samples; exact sums hold 1 to 2^38 - 1",
                    Fault::run);
    }
    return total;
}

void check_scale(const Message& message, float scale, float limit) {
    if (scale < 0.0f) {
        throw Error("uplink message of client " + std::to_string(message.client) + ": a scale is " +
                    std::to_string(scale) + ", expected at least 0");
    }
    if (!(scale < limit)) { // or no number
        throw Diverged(message.round, message.client,
                       "its update has the scale " + std::to_string(scale) +
                           ", so its training has diverged");
    }
}

void add_clients(Device& device, std::span<const Message> clients, std::size_t elements,
                 const float* values, formula::Wide* sum) {
    std::vector<kernels::DenseValues> weighted;
    for (const Message& message : clients) {
        weighted.push_back({values + weighted.size() * elements, message.samples});
    }
    const float largest = kernels::largest_magnitude(device, clients.size() * elements, values);
    if (!(largest < formula::dense_limit)) {
        diverged(device, clients, elements, values);
    }
    kernels::aggregate_dense(device, weighted, elements, sum);
}

void aggregate_dense_change(Device& device, const ParameterLayout& layout, std::size_t first,
                            std::span<const Message> messages, double* mean, std::size_t others) {
    const std::size_t elements = layout.state - first;
    const std::uint64_t samples = total_samples(messages);
    const std::size_t at_once = std::min(messages.size(), clients_at_once(elements));
    Buffer<formula::Wide> sum(device, elements);
    Buffer<float> values(device, elements * at_once);
    for (std::size_t begin = 0; begin < messages.size(); begin += at_once) {
        const auto part = messages.subspan(begin, std::min(at_once, messages.size() - begin));
        for (std::size_t k = 0; k < part.size(); ++k) {
            values.write(std::span(part[k].dense).subspan(others), k * elements);
        }
        add_clients(device, part, elements, values.data(), sum.data());
    }
    kernels::mean_of_dense(device, elements, sum.data(), samples, mean + first);
}

} // namespace fedmrn
