// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#include "engine/method/outgoing.hpp"

#include <memory>
#include <utility>

#include "engine/message/table.hpp"

namespace fedmrn {
namespace {

/// A device's array on its way to the host, `each` values a client.
template <class T> class Arriving {
public:
    Arriving(Buffer<T>& array, std::size_t each)
        : each_(each), fetch_(each != 0 ? array.hand_over() : nullptr) {}
    /// Waits for all of it.
    [[nodiscard]] std::span<const T> of(std::size_t client) const {
        if (each_ == 0) {
            return {};
        }
        return {reinterpret_cast<const T*>(fetch_->bytes().data()) + client * each_, each_};
    }

private:
    std::size_t each_;
    std::unique_ptr<Fetch> fetch_;
};

struct Sent {
    std::vector<TensorEntry> table;
    std::vector<MessageView> messages;
    Arriving<std::uint32_t> mask, packed;
    Arriving<float> scales, dense;
};

} // namespace

Outgoing::Outgoing(Device& device, std::vector<TensorEntry> table, std::size_t clients)
    : table_(std::move(table)) {
    const wire::Extent extent = wire::extent_of(table_);
    const auto make = [&](auto& array, std::size_t each) {
        array = {each, {device, clients * each}};
    };
    make(mask_, extent.mask_words() + extent.sparse_words);
    make(packed_, extent.packed_words);
    make(scales_, extent.scales);
    make(dense_, extent.dense);
}

PendingMessages Outgoing::send(std::vector<MessageView> headers) && {
    const auto arriving = [](auto& array) { return Arriving(array.values, array.each); };
    // Shared, since std::function wants to be copied.
    const auto sent =
        std::make_shared<Sent>(Sent{std::move(table_), std::move(headers), arriving(mask_),
                                    arriving(packed_), arriving(scales_), arriving(dense_)});
    return [sent]() -> std::span<const MessageView> {
        for (std::size_t k = 0; k < sent->messages.size(); ++k) {
            MessageView& message = sent->messages[k];
            message.tensors = sent->table;
            message.mask = sent->mask.of(k);
            message.packed = sent->packed.of(k);
            message.scales = sent->scales.of(k);
            message.dense = sent->dense.of(k);
        }
        return sent->messages;
    };
}

} // namespace fedmrn
