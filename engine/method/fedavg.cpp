// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#include "engine/method/fedavg.hpp"

#include "engine/method/state_codec.hpp"

namespace fedmrn {
namespace {

/// Packs nothing: all of the state goes as float32.
class Float32Codec final : public StateCodec {
public:
    explicit Float32Codec(const ParameterLayout& layout) : StateCodec(layout, 0) {}

private:
    [[nodiscard]] Stamp stamp(const RoundContext& /*round*/) const override {
        return {number_of(MethodName::fedavg)};
    }
    [[nodiscard]] std::vector<TensorEntry> packed_table(std::uint32_t /*round*/) const override {
        return {};
    }
    void pack(Device& /*device*/, const RoundContext& /*round*/,
              std::span<const TrainedClient> /*clients*/, Outgoing& /*messages*/) const override {}
    void unpack(Device& /*device*/, const RoundContext& /*round*/,
                std::span<const MessageView> /*messages*/, float* /*updates*/) const override {}
};

} // namespace

FedAvg::FedAvg(const ParameterLayout& layout)
    : Method(std::make_unique<UpdateVariables>(layout), std::make_unique<Float32Codec>(layout),
             std::make_unique<MeanAggregation>(layout.state)) {}

} // namespace fedmrn
