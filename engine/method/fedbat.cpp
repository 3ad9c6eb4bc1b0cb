// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#include "engine/method/fedbat.hpp"

#include "engine/method/registry.hpp"
#include "kernels/update.hpp"
#include <variant>

namespace fedmrn {

FedBat::FedBat(const ParameterLayout& layout)
    : PackedMethod({.method = MethodName::fedbat, .scale = formula::ScaleKind::mean_magnitude},
                   layout) {
    for (const TensorSpec& tensor : layout.tensors) {
        if (tensor.role == Role::masked) {
            tensors_.push_back({tensor.offset, tensor.elements()});
        }
    }
}

void FedBat::local_weights(Device& device, const LocalStep& step) const {
    const std::size_t masked = layout().masked;
    kernels::binarize_weights(device, binary(), step.lanes, step.states, step.round.global,
                              step.update, step.weights);
    kernels::add_update(device, step.lanes, step.states, layout().trainable - masked,
                        step.round.global + masked, step.update.at(masked),
                        step.weights.at(masked));
}

void FedBat::local_gradient(Device& device, const LocalStep& step) const {
    kernels::binarize_gradient(device, binary(), step.lanes, step.states, step.update,
                               step.gradient);
}

void FedBat::pack(Device& device, std::span<const TrainedClient> clients, std::uint32_t* codes,
                  float* scales) const {
    std::vector<kernels::BinarizeSource> sources;
    for (const TrainedClient& client : clients) {
        const std::size_t k = sources.size();
        sources.push_back(
            {client.seed, client.update, scales + k * tensors_.size(), codes + k * words()});
    }
    kernels::pack_binarized(device, binary(), sources);
}

MethodEntry fedbat_entry() {
    MethodEntry entry = method_entry("fedbat", "FedBAT", "signs and a step size, both learned",
                                     MethodName::fedbat, Schema<std::monostate>(),
                                     [](const std::monostate&, const MethodSetting& setting) {
                                         return std::make_unique<FedBat>(setting.layout);
                                     });
    entry.trains_weights = false;
    return entry;
}

} // namespace fedmrn
