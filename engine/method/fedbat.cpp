// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#include "engine/method/fedbat.hpp"

#include "engine/method/masked.hpp"
#include "engine/method/packed.hpp"
#include "engine/method/registry.hpp"
#include "kernels/binarize.hpp"
#include <variant>

namespace fedmrn {
namespace {

std::vector<kernels::BinaryTensor> tensors_of(const ParameterLayout& layout) {
    std::vector<kernels::BinaryTensor> tensors;
    for (const TensorSpec& tensor : masked_tensors(layout)) {
        tensors.push_back({tensor.offset, tensor.elements()});
    }
    return tensors;
}

class BinaryVariables final : public UpdateVariables {
public:
    explicit BinaryVariables(const ParameterLayout& layout)
        : UpdateVariables(layout), tensors_(tensors_of(layout)) {}

    /// Behind the trainable parameters: the exponent a of each masked tensor, then α0 of each.
    [[nodiscard]] std::size_t count() const override {
        return layout().trainable + 2 * tensors_.size();
    }
    void weights(Device& device, const LocalStep& step) const override {
        kernels::binarize_weights(device, binary(), step.lanes, step.states, step.global,
                                  step.update, step.weights);
        add_update(device, step, layout().masked);
    }
    void gradient(Device& device, const LocalStep& step) const override {
        kernels::binarize_gradient(device, binary(), step.lanes, step.states, step.update,
                                   step.gradient);
    }
    [[nodiscard]] bool decays_weights() const override { return false; }

private:
    [[nodiscard]] kernels::BinaryUpdate binary() const { return {tensors_, layout().trainable}; }

    std::vector<kernels::BinaryTensor> tensors_;
};

/// Signs and a scale, both of which the client has trained.
class BinaryCodec final : public PackedCodec {
public:
    explicit BinaryCodec(const ParameterLayout& layout)
        : PackedCodec({.method = FedBat::wire, .scale = formula::ScaleKind::mean_magnitude},
                      layout),
          tensors_(tensors_of(layout)) {}

private:
    void pack(Device& device, const RoundContext& /*round*/, std::span<const TrainedClient> clients,
              Outgoing& messages) const override {
        std::vector<kernels::BinarizeSource> sources;
        for (const TrainedClient& client : clients) {
            const std::size_t k = sources.size();
            sources.push_back({client.seed, client.update, messages.scales(k), messages.packed(k)});
        }
        kernels::pack_binarized(device, {tensors_, layout().trainable}, sources);
    }

    std::vector<kernels::BinaryTensor> tensors_;
};

} // namespace

FedBat::FedBat(const ParameterLayout& layout)
    : Method(std::make_unique<BinaryVariables>(layout), std::make_unique<BinaryCodec>(layout),
             std::make_unique<MeanAggregation>(layout.state)) {}

MethodEntry fedbat_entry() {
    MethodEntry entry = method_entry("fedbat", "FedBAT", "signs and a step size, both learned",
                                     FedBat::wire, Schema<std::monostate>(),
                                     [](const std::monostate&, const MethodSetting& setting) {
                                         return std::make_unique<FedBat>(setting.layout);
                                     });
    entry.lr = 0.1;
    entry.trains_weights = false;
    return entry;
}

} // namespace fedmrn
