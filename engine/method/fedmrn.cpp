// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#include "engine/method/fedmrn.hpp"

#include "engine/method/incoming.hpp"
#include "engine/method/masked.hpp"
#include "engine/method/state_codec.hpp"
#include "kernels/mask.hpp"

namespace fedmrn {
namespace {

formula::NoiseShape noise_shape(NoiseKind kind) {
    switch (kind) {
    case NoiseKind::gaussian:
        return formula::NoiseShape::gaussian;
    case NoiseKind::bernoulli:
        return formula::NoiseShape::bernoulli;
    case NoiseKind::uniform:
        break;
    }
    return formula::NoiseShape::uniform;
}

/// The noise's magnitude in a round.
double magnitude(const MethodConfig& config, double decay) {
    return config.magnitude_decay ? config.magnitude * decay : config.magnitude;
}

kernels::MaskRule rule_of(const MethodConfig& config, double decay) {
    kernels::MaskRule rule;
    rule.mask = config.mask == MaskKind::binary ? formula::MaskShape::binary
                                                : formula::MaskShape::plusminus;
    rule.noise = formula::noise_rule(noise_shape(config.noise), magnitude(config, decay));
    rule.stochastic = config.stochastic;
    rule.progressive = config.progressive;
    return rule;
}

/// Weights under masked noise.
class MaskedVariables final : public UpdateVariables {
public:
    MaskedVariables(const MethodConfig& config, const ParameterLayout& layout)
        : UpdateVariables(layout), config_(config) {}

    void weights(Device& device, const LocalStep& step) const override {
        const std::size_t masked = config_.post_training ? 0 : layout().masked;
        kernels::mask_weights(device, rule_of(config_, step.decay), step.lanes, step.states, masked,
                              step.global, step.update, step.weights);
        add_update(device, step, masked);
    }
    [[nodiscard]] bool decays_weights() const override { return false; }

private:
    MethodConfig config_;
};

/// sum [masked] += Σ weight · noise ⊙ mask, in units of the noise's grid.
void add_masks(Device& device, const kernels::MaskRule& rule, const WeightedMessages& messages,
               std::size_t masked, std::int64_t* sum) {
    const std::size_t words = words_of(masked);
    const Buffer<std::uint32_t> masks =
        on_device(device, messages.messages, &MessageView::mask, words);
    std::vector<kernels::PackedMask> clients;
    for (std::size_t k = 0; k < messages.size(); ++k) {
        clients.push_back(
            {masks.data() + k * words, messages.messages[k].seed, messages.weights[k]});
    }
    kernels::aggregate_masks(device, rule, clients, masked, sum);
}

/// A bit for each masked element.
class MaskCodec final : public StateCodec {
public:
    MaskCodec(const MethodConfig& config, const ParameterLayout& layout)
        : StateCodec(layout, layout.masked), config_(config) {
        const kernels::MaskRule rule = rule_of(config, 1.0);
        variant_ = static_cast<std::uint8_t>(static_cast<unsigned>(rule.mask) |
                                             static_cast<unsigned>(rule.noise.shape) << 1);
    }

private:
    [[nodiscard]] Stamp stamp(const RoundContext& round) const override {
        return {number_of(MethodName::fedmrn), variant_,
                static_cast<float>(magnitude(config_, round.decay))};
    }
    [[nodiscard]] std::vector<TensorEntry> packed_table(std::uint32_t /*round*/) const override {
        return mask_entries(layout());
    }
    void pack(Device& device, const RoundContext& round, std::span<const TrainedClient> clients,
              Outgoing& messages) const override {
        std::vector<kernels::MaskSource> sources;
        for (const TrainedClient& client : clients) {
            sources.push_back({client.seed, client.update, messages.mask(sources.size())});
        }
        kernels::pack_masks(device, rule_of(config_, round.decay), sources, layout().masked);
    }
    void unpack(Device& device, const RoundContext& round, std::span<const MessageView> messages,
                float* updates) const override {
        const kernels::MaskRule rule = rule_of(config_, round.decay);
        const std::uint64_t once = 1;
        Buffer<std::int64_t> sum(device, layout().masked);
        Buffer<double> mean(device, layout().masked);
        for (std::size_t k = 0; k < messages.size(); ++k) {
            sum.clear();
            add_masks(device, rule, {messages.subspan(k, 1), {&once, 1}}, layout().masked,
                      sum.data());
            kernels::mean_of_masks(device, layout().masked, sum.data(), rule.noise.unit, once,
                                   mean.data());
            round_values(device, layout().masked, mean.data(), updates + k * layout().state);
        }
    }

    MethodConfig config_;
    std::uint8_t variant_; ///< bit 0: signed; bits 1–2: distribution of the noise
};

/// Adds the masked noise straight from the bits.
class MaskAggregation final : public Aggregation {
public:
    MaskAggregation(const MethodConfig& config, const ParameterLayout& layout)
        : config_(config), masked_(layout.masked), rest_(layout.state - layout.masked) {}

    [[nodiscard]] std::vector<SumSpec> sums() const override {
        return {{"masked noise", SumType::int64, masked_}, {"rest", SumType::int128, rest_}};
    }
    void add(Device& device, const RoundContext& round, const Codec& /*codec*/,
             const WeightedMessages& messages, Sums& sums) const override {
        add_masks(device, rule_of(config_, round.decay), messages, masked_,
                  sums.int64("masked noise"));
        add_rest(device, messages, rest_, sums.int128("rest"));
    }
    [[nodiscard]] std::size_t sets() const override { return 0; }
    void finish(Device& device, const RoundContext& round, const Sums& sums,
                double* change) const override {
        const std::uint64_t weight = sums.weight();
        kernels::mean_of_masks(device, masked_, sums.int64("masked noise"),
                               rule_of(config_, round.decay).noise.unit, weight, change);
        kernels::mean_of_dense(device, rest_, sums.int128("rest"), weight, change + masked_);
    }

private:
    MethodConfig config_;
    std::size_t masked_, rest_;
};

} // namespace

FedMrn::FedMrn(const MethodConfig& config, const ParameterLayout& layout)
    : Method(std::make_unique<MaskedVariables>(config, layout),
             std::make_unique<MaskCodec>(config, layout),
             std::make_unique<MaskAggregation>(config, layout)) {}

} // namespace fedmrn
