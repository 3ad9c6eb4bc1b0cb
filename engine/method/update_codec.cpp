// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#include "fedmrn/update_codec.hpp"

#include "engine/message/table.hpp"
#include "engine/method/registry.hpp"
#include "engine/method/state_codec.hpp"

namespace fedmrn {
namespace {

template <class T> void copy_in(Device& device, DevicePointer<T> to, const std::vector<T>& from) {
    if (!from.empty()) {
        device.copy_in(to, from.data(), from.size() * sizeof(T));
    }
}

/// Runs somebody's codec, which works in the host's memory.
class HostCodec final : public StateCodec {
public:
    HostCodec(const ParameterLayout& layout, std::uint8_t wire,
              std::unique_ptr<const UpdateCodec> codec)
        : StateCodec(layout, layout.masked), wire_(wire), codec_(std::move(codec)) {}

private:
    [[nodiscard]] Stamp stamp(const RoundContext& /*round*/) const override { return {wire_}; }
    [[nodiscard]] std::vector<TensorEntry> packed_table(std::uint32_t round) const override {
        return codec_->table(round);
    }

    void pack(Device& device, const RoundContext& round, std::span<const TrainedClient> clients,
              Outgoing& messages) const override {
        const wire::Extent extent = wire::extent_of(packed_table(round.round));
        std::vector<float> update(layout().masked);
        for (std::size_t k = 0; k < clients.size(); ++k) {
            device.copy_out(update.data(), clients[k].update, update.size() * sizeof(float));
            std::vector<std::uint32_t> mask(extent.mask_words() + extent.sparse_words);
            std::vector<std::uint32_t> packed(extent.packed_words);
            std::vector<float> scales(extent.scales), dense(extent.dense);
            codec_->encode({round.round, clients[k].client, clients[k].seed}, update,
                           {mask, packed, scales, dense});
            copy_in(device, messages.mask(k), mask);
            copy_in(device, messages.packed(k), packed);
            copy_in(device, messages.scales(k), scales);
            copy_in(device, messages.dense(k), dense);
        }
    }

    void unpack(Device& device, const RoundContext& round, std::span<const MessageView> messages,
                DevicePointer<float> updates) const override {
        std::vector<float> update(layout().masked);
        for (std::size_t k = 0; k < messages.size(); ++k) {
            const MessageView& from = messages[k];
            codec_->decode(
                {round.round, from.client, from.seed},
                {from.mask, from.packed, from.scales, from.dense.first(from.dense.size() - rest())},
                update);
            copy_in(device, updates + k * layout().state, update);
        }
    }

    std::uint8_t wire_;
    std::unique_ptr<const UpdateCodec> codec_;
};

} // namespace

void add_method(const UpdateMethod& method) {
    MethodEntry entry{static_cast<const Part&>(method)};
    entry.wire = method.wire;
    entry.lr = method.lr;
    entry.make = [method](const Options& said, const MethodSetting& setting) {
        const ParameterLayout& layout = setting.layout;
        return std::make_unique<Method>(
            std::make_unique<UpdateVariables>(layout),
            std::make_unique<HostCodec>(layout, method.wire, method.make(said, layout)),
            std::make_unique<MeanAggregation>(layout.state));
    };
    methods().add(std::move(entry));
}

} // namespace fedmrn
