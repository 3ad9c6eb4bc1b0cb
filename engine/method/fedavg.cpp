// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#include "engine/method/fedavg.hpp"

#include "engine/method/registry.hpp"
#include "engine/method/state_codec.hpp"
#include <variant>

namespace fedmrn {
namespace {

/// Packs nothing: all of the state goes as float32.
class Float32Codec final : public StateCodec {
public:
    explicit Float32Codec(const ParameterLayout& layout) : StateCodec(layout, 0) {}
    [[nodiscard]] bool by_element() const override { return true; }

private:
    [[nodiscard]] Stamp stamp(const RoundContext& /*round*/) const override {
        return {FedAvg::wire};
    }
    [[nodiscard]] std::vector<TensorEntry> packed_table(std::uint32_t /*round*/) const override {
        return {};
    }
    void pack(Device& /*device*/, const RoundContext& /*round*/,
              std::span<const TrainedClient> /*clients*/, Outgoing& /*messages*/) const override {}
    void unpack(Device& /*device*/, const RoundContext& /*round*/,
                std::span<const MessageView> /*messages*/,
                DevicePointer<float> /*updates*/) const override {}
};

} // namespace

FedAvg::FedAvg(const ParameterLayout& layout)
    : Method(std::make_unique<UpdateVariables>(layout), std::make_unique<Float32Codec>(layout),
             std::make_unique<MeanAggregation>(layout.state)) {}

MethodEntry fedavg_entry() {
    return method_entry("fedavg", "FedAvg", "the update as float32", FedAvg::wire,
                        Schema<std::monostate>(),
                        [](const std::monostate&, const MethodSetting& setting) {
                            return std::make_unique<FedAvg>(setting.layout);
                        });
}

} // namespace fedmrn
