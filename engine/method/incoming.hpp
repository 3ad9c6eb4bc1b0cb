// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <span>
#include <vector>

#include "engine/method/codec.hpp"

// What codecs and aggregations do with messages that have come in.
namespace fedmrn {

/// Writes `count` arrays of `each` values, of(k) the k-th, one after the other. Small ones are put
/// together first: a copy to a device takes microseconds, however few bytes it has.
template <class T, class Of>
void write_all(Buffer<T>& to, std::size_t count, std::size_t each, const Of& of) {
    constexpr std::size_t small = std::size_t{1} << 14; // bytes
    if (each * sizeof(T) > small) {
        for (std::size_t k = 0; k < count; ++k) {
            to.write(of(k), k * each);
        }
        return;
    }
    std::vector<T> together;
    together.reserve(count * each);
    for (std::size_t k = 0; k < count; ++k) {
        const std::span<const T> array = of(k);
        together.insert(together.end(), array.begin(), array.end());
    }
    to.write(together);
}

/// The first `each` values of an array of every message, on the device.
template <class T>
Buffer<T> on_device(Device& device, std::span<const MessageView> messages,
                    std::span<const T> MessageView::*array, std::size_t each) {
    Buffer<T> all(device, messages.size() * each);
    write_all(all, messages.size(), each,
              [&](std::size_t k) { return (messages[k].*array).first(each); });
    return all;
}

/// Sums of what is never below zero, as the kernels that count take them.
inline DevicePointer<std::uint64_t> counts(DevicePointer<std::int64_t> sums) {
    return sums.as<std::uint64_t>();
}
inline DevicePointer<const std::uint64_t> counts(DevicePointer<const std::int64_t> sums) {
    return sums.as<const std::uint64_t>();
}

/// Floats of clients' values that are on a device together: 256 MiB.
inline constexpr std::size_t values_at_once = std::size_t{1} << 26;

/// Clients of so many values each that find room together; at least one.
constexpr std::size_t clients_at_once(std::size_t elements) {
    return std::max<std::size_t>(1, values_at_once / std::max<std::size_t>(1, elements));
}

/// sum [elements] += Σ_k weight · fixed(values [messages][elements] of k), both in device memory.
/// Throws Diverged for the client with a value too large to be sane. Waits.
void add_weighted(Device& device, const WeightedMessages& messages, std::size_t elements,
                  DevicePointer<const float> values, DevicePointer<formula::Wide> sum);

/// The same of the last `elements` of the messages' dense values.
void add_rest(Device& device, const WeightedMessages& messages, std::size_t elements,
              DevicePointer<formula::Wide> sum);

/// values = mean, rounded once to float.
void round_values(Device& device, std::size_t elements, DevicePointer<const double> mean,
                  DevicePointer<float> values);

} // namespace fedmrn
