// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <span>
#include <vector>

#include "kernels/device.hpp"

namespace fedmrn {

/// A device's array on its way to the host, for the clients of one call: `each` values a client.
template <class T> class Payload {
public:
    Payload(Device& device, const Buffer<T>& array, std::size_t each)
        : fetch_(device.fetch(array.data(), array.size() * sizeof(T))), each_(each) {}
    /// Waits for all of it.
    [[nodiscard]] std::vector<T> of(std::size_t client) const {
        const auto* all = reinterpret_cast<const T*>(fetch_->bytes().data());
        return {all + client * each_, all + (client + 1) * each_};
    }

private:
    std::shared_ptr<Fetch> fetch_; ///< shared, since std::function wants to be copied
    std::size_t each_;
};

} // namespace fedmrn
