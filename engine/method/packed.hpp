// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>

#include "engine/method/codes.hpp"
#include "engine/method/method.hpp"
#include "kernels/quantize.hpp"

namespace fedmrn {

/// How the weights' update becomes codes.
struct PackedRule {
    std::uint8_t method = 0; ///< the method's number
    std::uint8_t variant = 0;
    float parameter = 0;
    unsigned levels = 0;                                    ///< 0: signs alone
    std::optional<formula::ScaleKind> scale = std::nullopt; ///< none: it is not sent
    bool buckets = false; ///< a scale for every 512 elements, else one a tensor
};

/// Levels of each masked tensor, times its scale; added straight from the codes.
class PackedCodec : public CodesCodec {
public:
    PackedCodec(const PackedRule& rule, const ParameterLayout& layout);
    void add(Device& device, const RoundContext& round, const WeightedMessages& messages,
             DevicePointer<formula::Wide> sum) const override;

protected:
    void pack(Device& device, const RoundContext& round, std::span<const TrainedClient> clients,
              Outgoing& messages) const override;
    void unpack(Device& device, const RoundContext& round, std::span<const MessageView> messages,
                DevicePointer<float> updates) const override;
    /// What levels and scale make, before it is rounded to float, into what it stands for.
    virtual void interpret(Device& /*device*/, DevicePointer<double> /*values*/) const {}

private:
    [[nodiscard]] std::uint64_t bucket() const {
        return rule_.buckets ? bucket_elements : formula::whole_tensor;
    }
    void add_codes(Device& device, const WeightedMessages& messages,
                   DevicePointer<formula::Wide> sum) const;

    PackedRule rule_;
};

/// A method that trains the update itself and packs it.
struct PackedMethod : Method {
    PackedMethod(const PackedRule& rule, const ParameterLayout& layout);
};

} // namespace fedmrn
