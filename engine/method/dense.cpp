// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#include "engine/method/dense.hpp"

#include <cmath>
#include <string>

#include "fedmrn/error.hpp"
#include "kernels/update.hpp"

namespace fedmrn {
namespace {

/// Throws unless every value fits the fixed-point grid.
void check_range(const Message& message) {
    for (const float value : message.dense) {
        if (std::abs(value) < formula::dense_limit) {
            continue;
        }
        throw Error("round " + std::to_string(message.round) + ", client " +
                        std::to_string(message.client) + ": its update holds " +
                        std::to_string(value) + ", so its training has diverged; lower client.lr",
                    Fault::run);
    }
}

} // namespace

void append_dense_table(const ParameterLayout& layout, std::size_t first,
                        std::vector<TensorEntry>& table) {
    for (const TensorSpec& tensor : layout.tensors) {
        if (tensor.offset >= first) {
            table.push_back({Encoding::float32, tensor.elements()});
        }
    }
}

std::vector<float> dense_change(Device& device, const ParameterLayout& layout, std::size_t first,
                                const TrainedClient& client) {
    std::vector<float> change(layout.state - first);
    const std::size_t trained = layout.trainable - first,
                      statistics = layout.state - layout.trainable;
    device.copy_out(change.data(), client.update + first, trained * sizeof(float));
    std::vector<float> before(statistics);
    device.copy_out(before.data(), client.global + layout.trainable, statistics * sizeof(float));
    device.copy_out(change.data() + trained, client.weights + layout.trainable,
                    statistics * sizeof(float));
    for (std::size_t i = 0; i < statistics; ++i) {
        change[trained + i] -= before[i];
    }
    return change;
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

void aggregate_dense_change(Device& device, const ParameterLayout& layout, std::size_t first,
                            std::span<const Message> messages, double* mean) {
    const std::size_t elements = layout.state - first;
    const std::uint64_t samples = total_samples(messages);
    Buffer<formula::Wide> sum(device, elements);
    Buffer<float> values(device, elements);
    for (const Message& message : messages) {
        check_range(message);
        values.write(message.dense);
        kernels::aggregate_dense(device, elements, values.data(), message.samples, sum.data());
    }
    kernels::mean_of_dense(device, elements, sum.data(), samples, mean + first);
}

} // namespace fedmrn
