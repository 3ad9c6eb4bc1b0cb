// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#include "engine/method/fedmrn.hpp"

#include <string>

#include "engine/method/mask_message.hpp"
#include "engine/method/registry.hpp"
#include "fedmrn/error.hpp"
#include "kernels/update.hpp"
#include <fmt/format.h>

namespace fedmrn {
FedMrn::FedMrn(const FedMrnOptions& options, const ParameterLayout& layout)
    : layout_(layout), config_(options) {
    const kernels::MaskRule first = rule({});
    variant_ = static_cast<std::uint8_t>(static_cast<unsigned>(first.mask) |
                                         static_cast<unsigned>(first.noise.shape) << 1);
}

double FedMrn::magnitude(const RoundContext& round) const {
    return config_.magnitude_decay ? config_.magnitude * round.decay : config_.magnitude;
}

kernels::MaskRule FedMrn::rule(const RoundContext& round) const {
    kernels::MaskRule rule;
    rule.mask = config_.mask;
    rule.noise = formula::noise_rule(config_.noise, magnitude(round));
    rule.stochastic = config_.stochastic;
    rule.progressive = config_.progressive;
    return rule;
}

void FedMrn::local_weights(Device& device, const LocalStep& step) const {
    const std::size_t masked = config_.post_training ? 0 : layout_.masked;
    const float* global = step.round.global;
    kernels::mask_weights(device, rule(step.round), step.lanes, step.states, masked, global,
                          step.update, step.weights);
    kernels::add_update(device, step.lanes, step.states, layout_.trainable - masked,
                        global + masked, step.update.at(masked), step.weights.at(masked));
}

PendingMessages FedMrn::encode(Device& device, std::span<const TrainedClient> clients) const {
    const std::size_t words = mask_words(layout_.masked), dense = layout_.state - layout_.masked;
    Buffer<std::uint32_t> masks(device, clients.size() * words);
    Buffer<float> changes(device, clients.size() * dense);
    std::vector<kernels::MaskSource> sources;
    std::vector<Message> messages;
    for (const TrainedClient& client : clients) {
        sources.push_back({client.seed, client.update, masks.data() + sources.size() * words});
        Message& message = messages.emplace_back(
            message_of(MethodName::fedmrn, client, table(client.round.round)));
        message.variant = variant_;
        message.parameter = static_cast<float>(magnitude(client.round));
    }
    kernels::pack_masks(device, rule(clients.front().round), sources, layout_.masked);
    queue_changes(device, layout_, layout_.masked, clients, changes.data(), dense);
    return pending_masks(device, layout_, masks, changes, std::move(messages));
}

std::vector<TensorEntry> FedMrn::table(std::uint32_t /*round*/) const {
    return mask_table(layout_);
}

void FedMrn::aggregate(Device& device, const RoundContext& round, std::span<const Message> messages,
                       double* mean) const {
    const kernels::MaskRule rule = this->rule(round);
    const std::uint64_t samples = total_samples(messages);
    const std::size_t words = mask_words(layout_.masked);
    Buffer<std::uint32_t> packed(device, words * messages.size());
    std::vector<kernels::PackedMask> clients;
    for (const Message& message : messages) {
        check(message, round);
        const std::size_t at = words * clients.size();
        packed.write(message.mask, at);
        clients.push_back({packed.data() + at, message.seed, message.samples});
    }
    Buffer<std::int64_t> sum(device, layout_.masked);
    kernels::aggregate_masks(device, rule, clients, layout_.masked, sum.data());
    kernels::mean_of_masks(device, layout_.masked, sum.data(), rule.noise.unit, samples, mean);
    aggregate_dense_change(device, layout_, layout_.masked, messages, mean);
}

void FedMrn::check(const Message& message, const RoundContext& round) const {
    if (message.method == static_cast<std::uint8_t>(MethodName::fedmrn) &&
        message.variant == variant_ && message.parameter == static_cast<float>(magnitude(round))) {
        return;
    }
    throw Error("uplink message of client " + std::to_string(message.client) +
                ": made with another method, mask, noise or magnitude than this experiment's");
}

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
                     [](const O& o) { return Value(o.mask == binary ? 0.01 : 0.005); })
            .boolean("magnitude_decay", &O::magnitude_decay,
                     "the noise shrinks as the learning rate does")
            .when({"client.schedule = inverse",
                   [](const Config& c) { return c.client.schedule == Schedule::inverse; }})
            .boolean("stochastic", &O::stochastic,
                     "false: a mask bit is set where its probability is at least 1/2")
            .boolean("progressive", &O::progressive, "false: every element is masked at every step")
            .when({"method.post_training = false",
                   [](const Config& c) {
                       const auto said = c.method.options.find("post_training");
                       return said == c.method.options.end() || said->second == Value(false);
                   }})
            .boolean("post_training", &O::post_training,
                     "trains the update densely and masks it once at the end");
    MethodEntry entry = method_entry("fedmrn", "FedMRN", "a 1-bit mask, learned over random noise",
                                     MethodName::fedmrn, schema,
                                     [](const O& options, const MethodSetting& setting) {
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
