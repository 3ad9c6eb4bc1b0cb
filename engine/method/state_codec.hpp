// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/method/codec.hpp"
#include "engine/method/outgoing.hpp"
#include "fedmrn/config.hpp"
#include "fedmrn/model.hpp"

namespace fedmrn {

/// What all messages of a method say of how they were made.
struct Stamp {
    std::uint8_t method = 0; ///< the method's number
    std::uint8_t variant = 0;
    float parameter = 0;
};

/// What the built-in codecs share: the front of the state is packed in a codec's own way, and what
/// comes after it goes as float32 (trained values as their update, statistics as their change).
/// Arrays, headers, checks and the floats are done here.
class StateCodec : public Codec {
public:
    [[nodiscard]] std::vector<TensorEntry> table(std::uint32_t round) const final;
    [[nodiscard]] bool by_element() const override { return false; }
    /// The client's.
    [[nodiscard]] std::uint64_t message_seed(std::uint64_t client_seed) const override {
        return client_seed;
    }
    [[nodiscard]] PendingMessages encode(Device& device, const RoundContext& round,
                                         std::span<const TrainedClient> clients) const final;
    void check(const RoundContext& round, const MessageView& message) const override;
    void decode(Device& device, const RoundContext& round, std::span<const MessageView> messages,
                DevicePointer<float> updates) const final;
    /// Decodes as many clients at a time as find room, and adds them.
    void add(Device& device, const RoundContext& round, const WeightedMessages& messages,
             DevicePointer<formula::Wide> sum) const override;

protected:
    /// packs: elements at the front of the state that the derived class packs.
    StateCodec(const ParameterLayout& layout, std::size_t packs) : layout_(layout), packs_(packs) {}

    [[nodiscard]] virtual Stamp stamp(const RoundContext& round) const = 0;
    /// The entries of the packed elements.
    [[nodiscard]] virtual std::vector<TensorEntry> packed_table(std::uint32_t round) const = 0;
    /// Queues what packs the front of the clients' states into messages; of the dense values the
    /// first ones, where the table has any.
    virtual void pack(Device& device, const RoundContext& round,
                      std::span<const TrainedClient> clients, Outgoing& messages) const = 0;
    /// Fills the front of updates [messages][state].
    virtual void unpack(Device& device, const RoundContext& round,
                        std::span<const MessageView> messages,
                        DevicePointer<float> updates) const = 0;
    /// The scales of a message must be below it, so that no value leaves the fixed-point grid.
    [[nodiscard]] virtual float scale_limit(std::size_t /*scale*/) const {
        return formula::dense_limit;
    }

    [[nodiscard]] const ParameterLayout& layout() const { return layout_; }
    /// Values that go as float32.
    [[nodiscard]] std::size_t rest() const { return layout_.state - packs_; }

private:
    ParameterLayout layout_;
    std::size_t packs_;
};

} // namespace fedmrn
