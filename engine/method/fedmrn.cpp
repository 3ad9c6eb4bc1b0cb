// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#include "engine/method/fedmrn.hpp"

#include <algorithm>

#include "engine/method/incoming.hpp"
#include "engine/method/masked.hpp"
#include "engine/method/registry.hpp"
#include "engine/method/state_codec.hpp"
#include "kernels/mask.hpp"
#include <fmt/format.h>

namespace fedmrn {
namespace {

/// The noise's magnitude in a round. It falls no further than to 1e-7, where a tenth of the noise
/// stands at its floor of 1e-8; the grid's floor would leave an int32 below 1e-10.
double magnitude(const FedMrnOptions& options, double decay) {
    constexpr double least = 1e-7;
    return options.magnitude_decay ? std::max(options.magnitude * decay, least) : options.magnitude;
}

kernels::MaskRule rule_of(const FedMrnOptions& options, double decay) {
    kernels::MaskRule rule;
    rule.mask = options.mask;
    rule.noise = formula::noise_rule(options.noise, magnitude(options, decay));
    rule.stochastic = options.stochastic;
    rule.progressive = options.progressive;
    return rule;
}

/// Weights under masked noise.
class MaskedVariables final : public UpdateVariables {
public:
    MaskedVariables(const FedMrnOptions& options, const ParameterLayout& layout)
        : UpdateVariables(layout), options_(options) {}

    /// The noise, whose magnitude falls where magnitude_decay says so.
    [[nodiscard]] RoundData round_data(const RoundContext& round) const override {
        return round_data_of(rule_of(options_, round.decay).noise);
    }
    void weights(Device& device, const LocalStep& step) const override {
        const std::size_t masked = options_.post_training ? 0 : layout().masked;
        kernels::mask_weights(device, rule_of(options_, 1.0), step.data_as<formula::NoiseRule>(),
                              step.lanes, step.states, masked, step.global, step.update,
                              step.weights);
        add_update(device, step, masked);
    }
    [[nodiscard]] bool decays_weights() const override { return false; }

private:
    FedMrnOptions options_;
};

/// sum [masked] += Σ weight · noise ⊙ mask, in units of the noise's grid.
void add_masks(Device& device, const kernels::MaskRule& rule, const WeightedMessages& messages,
               std::size_t masked, DevicePointer<std::int64_t> sum) {
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
    MaskCodec(const FedMrnOptions& options, const ParameterLayout& layout)
        : StateCodec(layout, layout.masked), options_(options) {
        const kernels::MaskRule rule = rule_of(options, 1.0);
        variant_ = static_cast<std::uint8_t>(static_cast<unsigned>(rule.mask) |
                                             static_cast<unsigned>(rule.noise.shape) << 1);
    }
    [[nodiscard]] bool by_element() const override { return true; }

private:
    [[nodiscard]] Stamp stamp(const RoundContext& round) const override {
        return {FedMrn::wire, variant_, static_cast<float>(magnitude(options_, round.decay))};
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
        kernels::pack_masks(device, rule_of(options_, round.decay), sources, layout().masked);
    }
    void unpack(Device& device, const RoundContext& round, std::span<const MessageView> messages,
                DevicePointer<float> updates) const override {
        const kernels::MaskRule rule = rule_of(options_, round.decay);
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

    FedMrnOptions options_;
    std::uint8_t variant_; ///< bit 0: signed; bits 1–2: distribution of the noise
};

/// Adds the masked noise straight from the bits.
class MaskAggregation final : public Aggregation {
public:
    MaskAggregation(const FedMrnOptions& options, const ParameterLayout& layout)
        : options_(options), masked_(layout.masked), rest_(layout.state - layout.masked) {}

    [[nodiscard]] std::vector<SumSpec> sums() const override {
        return {{"masked noise", SumType::int64, masked_}, {"rest", SumType::int128, rest_}};
    }
    void add(Device& device, const RoundContext& round, const Codec& /*codec*/,
             const WeightedMessages& messages, Sums& sums) const override {
        add_masks(device, rule_of(options_, round.decay), messages, masked_,
                  sums.int64("masked noise"));
        add_rest(device, messages, rest_, sums.int128("rest"));
    }
    [[nodiscard]] std::size_t sets() const override { return 0; }
    void finish(Device& device, const RoundContext& round, const Sums& sums,
                DevicePointer<double> change) const override {
        const std::uint64_t weight = sums.weight();
        kernels::mean_of_masks(device, masked_, sums.int64("masked noise"),
                               rule_of(options_, round.decay).noise.unit, weight, change);
        kernels::mean_of_dense(device, rest_, sums.int128("rest"), weight, change + masked_);
    }

private:
    FedMrnOptions options_;
    std::size_t masked_, rest_;
};

} // namespace

FedMrn::FedMrn(const FedMrnOptions& options, const ParameterLayout& layout)
    : Method(std::make_unique<MaskedVariables>(options, layout),
             std::make_unique<MaskCodec>(options, layout),
             std::make_unique<MaskAggregation>(options, layout)) {}

MethodEntry fedmrn_entry() {
    using O = FedMrnOptions;
    using enum formula::MaskShape;
    using enum formula::NoiseShape;
    auto schema =
        Schema<O>()
            .word("mask", &O::mask, {{"binary", binary}, {"signed", plusminus}},
                  "mask of 0 and 1, or of −1 and 1")
            .word("noise", &O::noise,
                  {{"uniform", uniform}, {"gaussian", gaussian}, {"bernoulli", bernoulli}},
                  "distribution of the noise")
            .number("magnitude", &O::magnitude, {'[', 1e-6, 1, ']'}, "α of the noise")
            .follows("0.01; 0.005 with signed masks",
                     [](const O& o) { return KeyValue(o.mask == binary ? 0.01 : 0.005); })
            .boolean("magnitude_decay", &O::magnitude_decay,
                     "the noise shrinks as the learning rate does")
            .when({"client.schedule = inverse",
                   [](const Config& c) { return c.client.schedule == Schedule::inverse; }})
            .boolean("stochastic", &O::stochastic,
                     "false: a mask bit is set where its probability is at least 1/2")
            .boolean("progressive", &O::progressive, "false: every element is masked at every step")
            .when({"method.post_training = false",
                   [](const Config& c) {
                       return methods().at("fedmrn").value("post_training", c.method.options) ==
                              KeyValue(false);
                   }})
            .boolean("post_training", &O::post_training,
                     "trains the update densely and masks it once at the end");
    MethodEntry entry =
        method_entry("fedmrn", "FedMRN", "a 1-bit mask, learned over random noise", FedMrn::wire,
                     schema, [](const O& options, const MethodSetting& setting) {
                         return std::make_unique<FedMrn>(options, setting.layout);
                     });
    entry.lr = 0.1;
    const auto word = [entry](const char* name, const Options& said) {
        return std::get<std::string>(entry.value(name, said));
    };
    entry.label = [schema, word](const Options& said) {
        const O options = schema.read(said);
        std::string text = "FedMRN (" + word("mask", said) + " mask";
        if (options.noise != uniform) {
            text += ", " + word("noise", said) + " noise";
        }
        text += options.stochastic ? "" : ", not stochastic";
        text += options.progressive ? "" : ", not progressive";
        text += options.post_training ? ", masked after training" : "";
        return text + ")";
    };
    entry.detail = [schema, word](const Options& said) {
        return fmt::format("{} noise of magnitude {}", word("noise", said),
                           schema.read(said).magnitude);
    };
    return entry;
}

} // namespace fedmrn
