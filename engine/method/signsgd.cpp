// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#include "engine/method/signsgd.hpp"

#include "engine/method/packed.hpp"

namespace fedmrn {
namespace {

PackedRule rule_of(const MethodConfig& config) {
    PackedRule rule{.method = MethodName::signsgd,
                    .variant = static_cast<std::uint8_t>(config.vote)};
    if (config.vote == VoteKind::scaled) {
        rule.scale = formula::ScaleKind::mean_magnitude;
    } else {
        rule.parameter = static_cast<float>(config.magnitude);
    }
    return rule;
}

/// Signs that stand for a step each.
class StepCodec final : public PackedCodec {
public:
    StepCodec(const MethodConfig& config, const ParameterLayout& layout)
        : PackedCodec(rule_of(config), layout), step_(config.magnitude) {}
    void add(Device& device, const RoundContext& round, const WeightedMessages& messages,
             formula::Wide* sum) const override {
        StateCodec::add(device, round, messages, sum); // of steps, not of signs
    }

private:
    void interpret(Device& device, double* values) const override {
        kernels::vote(device, layout().masked, step_, false, values);
    }
    double step_;
};

/// Adds signs; what they have voted for is a step.
class VoteAggregation final : public MeanAggregation {
public:
    VoteAggregation(const MethodConfig& config, const ParameterLayout& layout)
        : MeanAggregation(layout.state), signs_(rule_of(config), layout), masked_(layout.masked),
          step_(config.magnitude), majority_(config.vote == VoteKind::majority) {}
    void add(Device& device, const RoundContext& round, const Codec& /*codec*/,
             const WeightedMessages& messages, Sums& sums) const override {
        MeanAggregation::add(device, round, signs_, messages, sums);
    }
    void finish(Device& device, const RoundContext& round, const Sums& sums,
                double* change) const override {
        MeanAggregation::finish(device, round, sums, change);
        kernels::vote(device, masked_, step_, majority_, change);
    }

private:
    PackedCodec signs_;
    std::size_t masked_;
    double step_; ///< of a mean or a majority
    bool majority_;
};

std::unique_ptr<const Codec> codec_of(const MethodConfig& config, const ParameterLayout& layout) {
    if (config.vote == VoteKind::scaled) {
        return std::make_unique<PackedCodec>(rule_of(config), layout);
    }
    return std::make_unique<StepCodec>(config, layout);
}

std::unique_ptr<const Aggregation> aggregation_of(const MethodConfig& config,
                                                  const ParameterLayout& layout) {
    if (config.vote == VoteKind::scaled) {
        return std::make_unique<MeanAggregation>(layout.state);
    }
    return std::make_unique<VoteAggregation>(config, layout);
}

} // namespace

SignSgd::SignSgd(const MethodConfig& config, const ParameterLayout& layout)
    : Method(std::make_unique<UpdateVariables>(layout), codec_of(config, layout),
             aggregation_of(config, layout)) {}

} // namespace fedmrn
