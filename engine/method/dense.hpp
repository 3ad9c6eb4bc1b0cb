// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>
#include <vector>

#include "engine/method/method.hpp"
#include "kernels/formula/fixed_point.hpp"

namespace fedmrn {

/// The float32 part that every method's message ends with: the state from element `first` on.

/// Its tensors in the table.
void append_dense_table(const ParameterLayout& layout, std::size_t first,
                        std::vector<TensorEntry>& table);

/// Queues the change of each client's state from `first` on (trained values from its update,
/// statistics against the global ones) into changes[k · stride], device memory.
void queue_changes(Device& device, const ParameterLayout& layout, std::size_t first,
                   std::span<const TrainedClient> clients, float* changes, std::size_t stride);

/// A message of a client with all that methods share filled in.
Message message_of(MethodName method, const TrainedClient& client,
                   const std::vector<TensorEntry>& table);

/// Σ N_k over messages. Throws Error (Fault::run) where it leaves the range of the exact sums.
std::uint64_t total_samples(std::span<const Message> messages);

/// Floats of clients' values that are on a device together: 256 MiB.
inline constexpr std::size_t values_at_once = std::size_t{1} << 26;

/// Clients of so many values each that find room together; at least one.
std::size_t clients_at_once(std::size_t elements, std::size_t room = values_at_once);

/// Throws Error naming the client for a negative scale, and Diverged for one that does not fit the
/// fixed-point grid, or `limit`.
void check_scale(const Message& message, float scale, float limit = formula::dense_limit);

/// sum [elements] += Σ_k N_k · values [clients][elements] of k, both in device memory. Throws
/// Diverged for the client with a value too large to be sane. Waits.
void add_clients(Device& device, std::span<const Message> clients, std::size_t elements,
                 const float* values, formula::Wide* sum);

/// mean [first, state) = weighted mean of the messages' dense values, but for the `others` that
/// stand ahead of them.
void aggregate_dense_change(Device& device, const ParameterLayout& layout, std::size_t first,
                            std::span<const Message> messages, double* mean,
                            std::size_t others = 0);

} // namespace fedmrn
