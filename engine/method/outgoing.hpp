// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <vector>

#include "engine/method/codec.hpp"

namespace fedmrn {

/// The arrays of several clients' messages on the device, as long as their table says, for a codec
/// to fill.
class Outgoing {
public:
    Outgoing(Device& device, std::vector<TensorEntry> table, std::size_t clients);

    [[nodiscard]] DevicePointer<std::uint32_t> mask(std::size_t client) { return mask_.of(client); }
    [[nodiscard]] DevicePointer<std::uint32_t> packed(std::size_t client) {
        return packed_.of(client);
    }
    [[nodiscard]] DevicePointer<float> scales(std::size_t client) { return scales_.of(client); }
    [[nodiscard]] DevicePointer<float> dense(std::size_t client) { return dense_.of(client); }
    /// From one client's dense values to the next's.
    [[nodiscard]] std::size_t floats() const { return dense_.each; }

    /// Sends them on their way to the host, under these headers; gives the arrays away.
    [[nodiscard]] PendingMessages send(std::vector<MessageView> headers) &&;

private:
    template <class T> struct Array {
        std::size_t each = 0; ///< values of a client
        Buffer<T> values;
        [[nodiscard]] DevicePointer<T> of(std::size_t client) {
            return each == 0 ? nullptr : values.data() + client * each;
        }
    };
    std::vector<TensorEntry> table_;
    Array<std::uint32_t> mask_, packed_;
    Array<float> scales_, dense_;
};

} // namespace fedmrn
